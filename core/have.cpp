#include "core/have.h"

namespace staffroom {
namespace {

struct HaveBody {
    Have& have;
    template <class A>
    void serialize(A& ar) {
        have.serialize_body(ar);
    }
};

Bytes signed_bytes(const Have& have) {
    Have copy = have;
    Bytes bytes = copy_of(view_of("staffroom-have-v1"));
    append(bytes, encode(HaveBody{copy}));
    return bytes;
}

}  // namespace

void sign(Have& have, const SigningKey& device) { have.signature = device.sign(signed_bytes(have)); }

bool is_valid(const Have& have) {
    return have.version == 1 && verify(have.device.view(), signed_bytes(have), have.signature);
}

}  // namespace staffroom
