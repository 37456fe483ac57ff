import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { icons } from './tools/icons.js';

export default defineConfig({
    plugins: [svelte(), icons()],
    resolve: {
        alias: { '@formatjs/icu-skeleton-parser': new URL('tools/no_skeletons.js', import.meta.url).pathname },
    },
    build: {
        target: 'es2022',
        modulePreload: { polyfill: false }, // it would be an inline script, which the page's policy forbids
        assetsInlineLimit: 0,
        reportCompressedSize: false,
    },
});
