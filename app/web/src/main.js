import { mount } from 'svelte';
import './style/tokens.css';
import './style/base.css';
import App from './App.svelte';
import { choose_language, preferred_language } from './lib/words.svelte.js';
import { apply_look } from './lib/look.js';

apply_look();
// The words first: a page that changes its language before one's eyes looks broken.
await choose_language(preferred_language());
mount(App, { target: document.getElementById('page') });
