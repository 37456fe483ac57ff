import{a0 as o,at as p,a1 as c}from"./Icon-CAd_OnpR.js";function l(n,s,...e){var r=new c(n);o(()=>{const a=s()??null;r.ensure(a,a&&(t=>a(t,...e)))},p)}export{l as s};
