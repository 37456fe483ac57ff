// In place of `@formatjs/icu-skeleton-parser`, which reads `{n, number, ::currency/EUR}`: no sentence here says how a
// number or a date looks, Intl does (src/lib/words.svelte.js), and 2 KB that are never used need not be read first.
function none() {
    throw new Error('Sentences have no skeletons.');
}
export { none as parseDateTimeSkeleton, none as parseNumberSkeleton, none as parseNumberSkeletonFromString };
