import{a0 as p,aB as t,a1 as c}from"./Icon-Dh72kl1i.js";function l(n,s,...e){var r=new c(n);p(()=>{const a=s()??null;r.ensure(a,a&&(o=>a(o,...e)))},t)}export{l as s};
