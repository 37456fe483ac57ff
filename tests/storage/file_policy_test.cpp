// Which files a computer leaves out, and that nobody takes it for one that has them all.
#include "storage/file_policy.h"

#include "storage/chunk_batches.h"
#include "storage/committed_log.h"
#include "tests/storage/staff.h"

using namespace staffroom;

namespace {

// Birk has what Amina has, and a record of the group names a file of one chunk.
struct Library {
    Library() {
        amina.lets_in(birk, group);
        amina.gives(birk, group);
        birk.gives(amina, group);
        REQUIRE(amina.equals(birk, group));
        number = birk.replica->group(group)->number;
        file.name = "film";
        file.size = 3;
        file.manifest = {{random_id<ChunkId>(), {}}};
    }
    void at_birks(const std::function<void(WriteTxn&)>& step) {
        REQUIRE(birk.store
                    .write([&](WriteTxn& txn) -> Result<> {
                        step(txn);
                        CommittedLog::count_write(txn);
                        return Done{};
                    })
                    .ok());
    }
    void names_it(file_refs::Fetch fetch) {
        at_birks([&](WriteTxn& txn) { file_refs::refer(txn, birk.chunks, number, record, file, fetch); });
    }
    void drops_it() {
        at_birks([&](WriteTxn& txn) { file_policy::drop(txn, birk.chunks, number, file); });
    }
    void fetches(file_policy::Policy policy) {
        at_birks([&](WriteTxn& txn) { file_policy::set(txn, birk.chunks, number, policy); });
    }

    // As Amina knows once she has heard of it.
    bool is_full_copy() {
        REQUIRE(amina.replica->keep(birk.replica->log().own_have(group)).ok());
        return amina.replica->full_copies(group).contains(birk.identity.device());
    }

    Computer amina{"Amina"}, birk{"Birk"};
    GroupId group = amina.founds("Hill School");
    keys::GroupNumber number = 0;
    RecordId record = random_id<RecordId>();
    FileRef file;
};

}  // namespace

TEST_CASE("who dropped a file is no full copy till it is fetched again or erased") {
    Library library;
    CHECK(library.is_full_copy());
    library.names_it(file_refs::Fetch::now);
    CHECK_FALSE(library.is_full_copy());  // it is still to come
    library.drops_it();
    CHECK(library.birk.replica->log().own_have(library.group).wanted_chunks == 0);
    CHECK_FALSE(library.is_full_copy());
    SUBCASE("wanted again") {
        library.at_birks([&](WriteTxn& txn) {
            file_policy::fetch(txn, library.birk.chunks, library.number, library.file);
            file_refs::arrived(txn, library.birk.chunks, {library.file.manifest[0].id}, true);
        });
    }
    SUBCASE("everything is fetched from now on") {
        library.fetches({});
        library.at_birks(
            [&](WriteTxn& txn) { file_refs::arrived(txn, library.birk.chunks, {library.file.manifest[0].id}, true); });
    }
    SUBCASE("its record was erased") {
        library.at_birks([&](WriteTxn& txn) { file_refs::forget(txn, library.number, library.record); });
    }
    CHECK(library.is_full_copy());
}

TEST_CASE("who fetches on demand is a full copy only where there are no files") {
    Library library;
    library.fetches({file_policy::Fetches::on_demand, 0});
    CHECK(library.is_full_copy());
    library.names_it(file_refs::Fetch::on_demand);
    CHECK(library.birk.replica->log().own_have(library.group).wanted_chunks == 0);
    CHECK_FALSE(library.is_full_copy());
    library.fetches({file_policy::Fetches::all, 1'000});  // what is larger is left out
    CHECK_FALSE(library.is_full_copy());
}

TEST_CASE("a computer's have rises with what comes and goes of files, so that an older one is not believed") {
    Library library;
    const auto counter = [&] { return library.birk.replica->log().own_have(library.group).counter; };
    library.names_it(file_refs::Fetch::now);
    const auto before = counter();
    Bytes bytes(2'000, 7);
    const auto id = chunk_id(bytes);
    REQUIRE(store_chunks(library.birk.store, library.birk.chunks, {{id, std::move(bytes)}}).ok());
    const auto came = counter();
    CHECK(came > before);
    REQUIRE(library.birk.replica->lose_chunk(id).ok());
    CHECK(counter() > came);
}

TEST_CASE("one's own have, of another run, is no other computer's") {
    Library library;
    auto have = library.amina.replica->log().own_have(library.group);
    have.run = random_id<RunId>();
    sign(have, SigningKey(library.amina.identity.secrets.signing));
    REQUIRE(library.amina.replica->keep(have).ok());
    CHECK(library.amina.replica->full_copies(library.group).empty());
}

TEST_CASE("of a computer that began another run, what it said last counts") {
    Library library;
    library.names_it(file_refs::Fetch::now);
    CHECK_FALSE(library.is_full_copy());
    library.birk.identity.run = random_id<RunId>();
    library.birk.start();
    library.at_birks(
        [&](WriteTxn& txn) { file_refs::arrived(txn, library.birk.chunks, {library.file.manifest[0].id}, true); });
    CHECK(library.is_full_copy());
    library.birk.identity.run = random_id<RunId>();
    library.birk.start();
    library.drops_it();
    CHECK_FALSE(library.is_full_copy());
}
