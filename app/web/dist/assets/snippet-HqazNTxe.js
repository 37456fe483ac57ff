import{a1 as p,aB as t,a2 as c}from"./Icon-D5mDuZOn.js";function l(n,s,...e){var r=new c(n);p(()=>{const a=s()??null;r.ensure(a,a&&(o=>a(o,...e)))},t)}export{l as s};
