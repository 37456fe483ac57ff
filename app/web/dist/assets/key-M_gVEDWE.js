import{a0 as o,a1 as t,a2 as c,a3 as i}from"./Icon-Dh72kl1i.js";const y=Symbol("NaN");function h(r,e,n){c&&i();var s=new t(r);o(()=>{var a=e();a!==a&&(a=y),s.ensure(a,n)})}export{h as k};
