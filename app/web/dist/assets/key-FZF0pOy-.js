import{a1 as o,a2 as t,a3 as c,a4 as i}from"./Icon-D5mDuZOn.js";const y=Symbol("NaN");function h(r,e,n){c&&i();var s=new t(r);o(()=>{var a=e();a!==a&&(a=y),s.ensure(a,n)})}export{h as k};
