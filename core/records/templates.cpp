#include "core/records/templates.h"

#include <algorithm>

namespace staffroom {
namespace {

constexpr NoteTemplate all[] = {
    {"lesson plan", "One lesson on one page, with room to say how it went.",
     R"(## What they will be able to do afterwards


## What they know already


## What I need

-

## How it goes

| minutes | I do | they do |
| --- | --- | --- |
| 5 |  |  |
| 15 |  |  |
| 15 |  |  |
| 5 |  |  |

## How I will see that they have understood


## If there is time left, or none


## Afterwards: what I would change

)"},
    {"minutes", "Who was there, what was decided, who does what until when.",
     R"(## Present


## What we talked about

1.

## What we decided

-

## Who does what, until when

- [ ]

## Next time

Date:
Topic:
)"},
    {"observation", "What was seen and heard, kept apart from what it means.",
     R"(## What we agreed to look at


## What I saw and heard

| time | teacher | learners |
| --- | --- | --- |
|  |  |  |

## What helped the learners


## One question to think about together


## The next small step

)"},
    {"reflection", "Five quiet minutes after a lesson.",
     R"(## What I planned


## What happened


## What surprised me


## What I will keep, and what I will try differently


## What I would like to ask a colleague

)"},
};

}  // namespace

std::span<const NoteTemplate> note_templates() { return all; }

const NoteTemplate* find_template(std::string_view name) {
    const auto at =
        std::find_if(std::begin(all), std::end(all), [&](const NoteTemplate& each) { return each.name == name; });
    return at == std::end(all) ? nullptr : at;
}

}  // namespace staffroom
