import{a0 as p,az as t,a1 as c}from"./Icon-CAeGfx8m.js";function l(n,s,...e){var r=new c(n);p(()=>{const a=s()??null;r.ensure(a,a&&(o=>a(o,...e)))},t)}export{l as s};
