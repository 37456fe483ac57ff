import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { icons } from './tools/icons.js';

export default defineConfig({
    plugins: [svelte(), icons()],
    build: {
        target: 'es2022',
        modulePreload: { polyfill: false }, // it would be an inline script, which the page's policy forbids
        assetsInlineLimit: 0,
        reportCompressedSize: false,
    },
});
