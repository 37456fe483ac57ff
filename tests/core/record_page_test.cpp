// The worked example of a content part in core/MODEL.md.
#include <doctest/doctest.h>

#include "core/records/ops.h"
#include "tests/page.h"

using namespace staffroom;

namespace {

template <class I>
I id(std::uint8_t n) {
    I made;
    made.bytes.fill(n);
    return made;
}

}  // namespace

TEST_CASE("the worked example of core/MODEL.md is what the code writes") {
    const CreateOp create{"note", id<Nonce16>(7), {}};
    const ContentPart part{id_of_record(id<GroupId>(1), id<PersonId>(2), create),
                           {
                               make_op(create),
                               make_op(AssignOp{"title", {}, Value("Hi"), {}}),
                               make_op(AssignOp{"title", {}, Value("Hello"), {Ref::here(1)}}),
                               make_op(EditOp{"body", {}, {{0, 0, "A."}}}),
                               make_op(EditOp{"body", {Ref::of({id<CommitId>(9), 0, 3})}, {{1, 1, "!"}}}),
                           }};
    CHECK_EQ(to_hex(page_example("core/MODEL.md", "part")), to_hex(encode(part)));
}
