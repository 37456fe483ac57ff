#include "app/cli/commands.h"

namespace staffroom::cli {
namespace {

namespace bounds = api::bounds;

constexpr Option group{"GROUP", "group", Takes::text, true, "a group's name or id"};
constexpr Option record{"RECORD", "record", Takes::text, true, "a record's title or id"};
constexpr Option note{"NOTE", "note", Takes::text, true, "a note's title or id"};
constexpr Option resource{"RESOURCE", "resource", Takes::text, true, "a resource's title or id"};
constexpr Option who{"WHO", "who", Takes::text, true, "a member's name or id"};
constexpr Option title{"--title", "title", Takes::text, true, "what it is called"};
constexpr Option new_title{"--title", "title", Takes::text, false, "what it is called", {}, true};
constexpr Option tags{"--tag", "tags", Takes::list, false, "a word to find it by; may be given again"};
constexpr Option subject{"--subject", "subject", Takes::text, false, "the school subject"};
constexpr Option grades{"--grade", "grades", Takes::list, false, "a grade; may be given again"};
constexpr Option language{"--language", "language", Takes::text, false, "the language it is in"};
constexpr Option licence{"--licence", "licence", Takes::text, false, "what others may do with it"};
constexpr Option fields{"FIELD=VALUE", "fields", Takes::fields, false, "what it says; see: staffroom types"};
constexpr Option some_fields{"FIELD=VALUE", "fields", Takes::fields, true, "what is to change; see: staffroom types"};
constexpr Option peers{"--peer", "peers", Takes::list, false,
                       "a colleague's address, as HOST:PORT; may be given again"};
constexpr Option no_discovery{"--no-discovery", "no-discovery", Takes::flag, false,
                              "do not look for colleagues by broadcast"};

constexpr Option init[] = {{"--name", "name", Takes::text, true, "your name, as colleagues know you"},
                           {"--school", "school", Takes::text, false, "your school"}};
constexpr Option start[] = {
    {"--port", "port", Takes::number, false, "the port for colleagues, up to 65534; 0: any free one", bounds::port},
    {"--page-port", "page-port", Takes::number, false, "the port for the page on this computer, up to 65535; 0: any",
     bounds::page_port},
    no_discovery,
    peers,
    {"--lock-after", "lock-after", Takes::number, false,
     "lock a profile with a passphrase after so many minutes without a command, up to 525600; without it 15; 0: never",
     bounds::idle_minutes},
    {"--lock-after-seconds", "lock-after-seconds", Takes::number, false, "the same in seconds", bounds::idle_seconds},
    {"--foreground", "foreground", Takes::flag, false, "stay in this terminal"}};
constexpr Option open_it[] = {
    {"--print", "print", Takes::flag, false, "only tell its address, which is good once, for a minute"}};
constexpr Option group_new[] = {
    {"NAME", "name", Takes::text, true, "what the group is called"},
    {"--kind", "kind", Takes::text, true, "school, team, plc, mentoring, workshop or focus"},
    {"--newcomers-read", "newcomers-read", Takes::text, false, "all, or from-join"}};
constexpr Option only_group[] = {group};
constexpr Option group_leave[] = {group, {"--anyway", "anyway", Takes::flag, false, "even as the last organiser"}};
constexpr Option group_announce[] = {
    group, {"--purpose", "purpose", Takes::text, false, "what the group is for, in a sentence"}};
constexpr Option group_nearby[] = {peers, no_discovery};
constexpr Option group_ask[] = {
    {"GROUP", "group", Takes::text, true, "a name, or the beginning of an id"}, peers, no_discovery};
constexpr Option invite[] = {
    group,
    {"--role", "role", Takes::text, false, "member, or reader"},
    {"--uses", "uses", Takes::number, false, "how many people may come with it, 1 to 100000", bounds::invite_uses},
    {"--minutes", "minutes", Takes::number, false, "for how long, while this program runs, up to 525600",
     bounds::invite_minutes},
    {"--to", "to", Takes::path, false, "also as a file on a stick: the stick's folder"},
    {"--ask", "ask", Takes::flag, false, "you say yes to each newcomer: staffroom member admit"},
    {"--qr", "qr", Takes::flag, false, "also as a picture to scan"}};
constexpr Option join[] = {
    {"INVITE", "invite", Takes::invitation, true, "the invitation's text, or the file or stick that it is on"},
    peers,
    no_discovery};
constexpr Option compare_open[] = {
    group, {"--minutes", "minutes", Takes::number, false, "for how long, up to 60; else 5", bounds::compare_minutes}};
constexpr Option compare_find[] = {
    {"--with", "with", Takes::text, false, "the colleague, when several let somebody in"}, peers, no_discovery};
constexpr Option device[] = {{"DEVICE", "device", Takes::text, true, "a computer's name, or the beginning of its id"}};
constexpr Option device_link[] = {
    {"CODE", "offer", Takes::text, false, "what your other computer shows; without it, this one shows a code"},
    {"--name", "name", Takes::text, false, "what to call this computer"},
    {"--minutes", "minutes", Takes::number, false, "for how long the code is good, while this program runs; else 10",
     bounds::invite_minutes},
    {"--qr", "qr", Takes::flag, false, "also as a picture to scan"},
    peers,
    no_discovery};
constexpr Option device_second[] = {{"--name", "name", Takes::text, false, "what to call this computer"}};
constexpr Option recovery_sheet[] = {
    {"--to", "to", Takes::path, false, "a new file to print it from; else it is shown here"},
    {"--on-paper", "on-paper", Takes::flag, false, "you have it on paper: forget the words on this computer"}};
constexpr Option recovery_help[] = {
    {"CODE", "invite", Takes::text, true,
     "a colleague's invitation, with your sheet; without one what recovery begin shows"},
    {"--sheet", "sheet", Takes::file_text, false, "a file with the words of your sheet; - to type them"},
    {"--qr", "qr", Takes::flag, false, "what you show to colleagues also as a picture to scan"},
    {"--others-gone", "others-gone", Takes::flag, false, "also shut out all your other computers, in every group"},
    {"--name", "name", Takes::text, false, "what to call this computer"},
    peers,
    no_discovery};
constexpr Option recovery_begin[] = {group, who, {"--qr", "qr", Takes::flag, false, "also as a picture to scan"}};
constexpr Option recovery_vouch[] = {
    group, {"REQUEST", "request", Takes::text, true, "what your colleague's new computer shows"}};
constexpr Option set_aside[] = {group, {"WHO", "who", Takes::text, true, "whose work it is: a name or an id"}};
constexpr Option member[] = {group, who};
constexpr Option resource_add[] = {group,
                                   {"SOURCE", "source", Takes::source, true, "a file, a folder or a web address"},
                                   new_title,
                                   tags,
                                   subject,
                                   grades,
                                   language,
                                   licence,
                                   {"--as-one", "as-one", Takes::flag, false, "a folder as one resource"}};
constexpr Option resource_list[] = {group, tags};
constexpr Option only_resource[] = {resource};
constexpr Option resource_get[] = {
    resource,
    {"--to", "to", Takes::folder, false, "the folder to save it in; without it, this one"},
    {"--version", "version", Takes::text, false, "only this one, an earlier one too; see: resource versions"}};
constexpr Option resource_update[] = {resource,
                                      {"FILE", "source", Takes::path, true, "the new version"},
                                      {"--replaces", "replaces", Takes::text, false,
                                       "the file whose place it takes, by name or version, if it has several"}};
constexpr Option resource_choose[] = {resource, {"VERSION", "version", Takes::text, true, "as in: resource versions"}};
constexpr Option resource_edit[] = {resource, new_title, tags, subject, grades, language, licence};
constexpr Option resource_used[] = {resource,
                                    {"--worked", "worked", Takes::text, false, "what worked in class"},
                                    {"--changed", "changed", Takes::text, false, "what you changed"}};
constexpr Option collection_new[] = {group, title};
constexpr Option collection_add[] = {{"COLLECTION", "collection", Takes::text, true, "a collection's title or id"},
                                     record};
constexpr Option note_new[] = {
    group,
    title,
    tags,
    {"--from", "text", Takes::file_text, false, "a file to begin with; - for standard input"},
    {"--template", "template", Takes::text, false, "a template's name or id; see: staffroom templates"}};
constexpr Option note_show[] = {note, {"--at", "at", Takes::text, false, "a version from the note's history"}};
constexpr Option note_edit[] = {
    note,
    {"--from", "text", Takes::file_text, false, "the note's new words; - for standard input"},
    {"--base", "base", Takes::text, false, "the version they were made from: what others wrote since stays"}};
constexpr Option only_note[] = {note};
constexpr Option templates[] = {{"GROUP", "group", Takes::text, false, "only those of this group"}};
constexpr Option note_restore[] = {note,
                                   {"VERSION", "version", Takes::text, true, "a version from the note's history"}};
constexpr Option note_difference[] = {note,
                                      {"FROM", "from", Takes::text, true, "a version from the note's history"},
                                      {"TO", "to", Takes::text, false, "a later one; without it, the note as it is"}};
constexpr Option feedback_give[] = {
    {"ITEM", "item", Takes::text, true, "what it is about"},
    {"--worked", "worked", Takes::text, false, "what worked"},
    {"--example", "example", Takes::text, false, "a specific example"},
    {"--suggest", "suggest", Takes::text, false, "one suggestion"},
    {"--ask", "ask", Takes::text, false, "one question"},
    {"--private", "private", Takes::flag, false, "only whom it is for can read it, and you"}};
constexpr Option feedback_list[] = {{"ITEM", "item", Takes::text, true, "what it is about"}};
constexpr Option feedback_reply[] = {{"FEEDBACK", "feedback", Takes::text, true, "the feedback's id"},
                                     {"TEXT", "text", Takes::text, true, "your reply"}};
constexpr Option record_new[] = {group, {"TYPE", "type", Takes::text, true, "see: staffroom types"}, fields};
constexpr Option record_change[] = {record, some_fields};
constexpr Option record_set[] = {
    record, some_fields, {"--of", "of", Takes::text, false, "the question that is answered"}};
constexpr Option only_record[] = {record};
constexpr Option record_list[] = {group,
                                  {"TYPE", "type", Takes::text, false, "only this type"},
                                  {"--retired", "retired", Takes::flag, false, "also what was put away"},
                                  {"--full", "full", Takes::flag, false, "with --json: also what each says"}};
constexpr Option erase[] = {record,
                            {"--file", "file", Takes::text, false, "only its files of this name, earlier ones too"},
                            {"--why", "why", Takes::text, false, "what to tell whoever asks; up to 300 characters"}};
constexpr Option only_files[] = {record};
constexpr Option files_fetch[] = {
    record, {"--wait", "wait", Takes::flag, false, "until all of it is here"}, peers, no_discovery};
constexpr Option files_drop[] = {record, {"--anyway", "anyway", Takes::flag, false, "even if nobody else has it"}};
constexpr Option files_policy[] = {
    group,
    {"POLICY", "policy", Takes::text, false, "all, recent (from now on) or on-demand; without it: what it is"},
    {"--max-mb", "max-mb", Takes::number, false, "larger files only on demand, 1 to 1048576", bounds::megabytes}};
constexpr Option files_pace[] = {
    {"--in-kb", "in-kb", Takes::number, false, "at most so many kilobytes a second from colleagues, 16 to 10000000",
     bounds::kilobytes_a_second},
    {"--out-kb", "out-kb", Takes::number, false, "the same to colleagues", bounds::kilobytes_a_second},
    {"--no-caps", "no-caps", Takes::flag, false, "as fast as it goes"}};
constexpr Option search[] = {
    {"WORDS", "words", Takes::list, true, "what to look for: all words; end one with * for all that begin so"},
    {"--group", "group", Takes::text, false, "only in this group"},
    {"--type", "type", Takes::text, false, "only this type; see: staffroom types"},
    {"--tag", "tags", Takes::list, false, "only what has this tag; may be given again"},
    {"--grade", "grades", Takes::list, false, "only for this grade; may be given again"},
    {"--language", "language", Takes::text, false, "only what is in this language"},
    {"--most", "most", Takes::number, false, "how many to show, 1 to 200; without it 20", bounds::results}};
constexpr Option watched_folder[] = {group, {"DIR", "folder", Takes::path, true, "a folder of this computer"}};
constexpr Option carry[] = {{"DIR", "folder", Takes::path, true, "the stick's folder, or any folder"},
                            {"--group", "groups", Takes::list, false, "only this group; may be given again"},
                            {"--for", "for", Takes::text, false, "only what this group or this person lacks"},
                            {"--max-mb", "max-mb", Takes::number, false,
                             "at most so many megabytes, 1 to 1048576; without it 4096", bounds::megabytes}};
constexpr Option unload[] = {{"DIR", "folder", Takes::path, true, "the stick's folder, or any folder"}};
constexpr Option doctor[] = {
    {"--peer", "peers", Takes::list, false, "a colleague's address to ask, as HOST or HOST:PORT; may be given again"},
    no_discovery};
constexpr Option sync[] = {
    peers,
    no_discovery,
    {"--seconds", "seconds", Takes::number, false, "stop after this long, 1 to 86400", bounds::sync_seconds}};
constexpr Option repair[] = {{"--rebuild", "rebuild", Takes::flag, false, "make everything that is derived anew"}};
constexpr Option convert[] = {group,
                              {"DIR", "folder", Takes::path, true, "a folder"},
                              {"--as", "as", Takes::text, false, "the kind of files: markdown"}};
constexpr Option backup[] = {{"FILE", "file", Takes::path, true, "the file, for example on a stick"}};
constexpr Option passphrase_change[] = {
    {"--new-passphrase-file", "new-passphrase-file", Takes::path, false, "a file that holds the new one"}};
constexpr Option speak[] = {
    {"CODE", "language", Takes::text, false, "fr, sw, …; without it: which it is, and which there are", {}, true}};
constexpr Option completion[] = {{"SHELL", "shell", Takes::text, true, "bash, zsh or fish"}};

constexpr Command all[] = {
    {"init", "Begin: make your profile on this computer", init},
    {"start", "Run in the background, so that colleagues near you get your changes and you theirs", start},
    {"stop", "Stop running in the background"},
    {"lock", "Let nobody read here until the passphrase comes; colleagues still get your changes and you theirs"},
    {"open", "Open the page in your browser", open_it},
    {"unlock", "Open a profile that is locked; give --passphrase-file, or type it"},
    {"status", "How things stand on this computer"},
    {"underway", "What Staffroom is busy with, and how far it is"},
    {"whoami", "Who you are here"},
    {"group new", "Found a group", group_new},
    {"group list", "Your groups"},
    {"group show", "One group", only_group},
    {"group leave", "Leave a group", group_leave},
    {"group continue", "Begin a group anew that nobody organises any more; the old one stays to be read", only_group},
    {"group announce", "Show a group's name, and yours, to strangers nearby, so that they can ask to join",
     group_announce},
    {"group hide", "Show it no more", only_group},
    {"group nearby", "The groups near you that show themselves", group_nearby},
    {"group ask", "Ask to join one of them; an organiser says yes or no", group_ask},
    {"invite", "Make an invitation for a colleague, or for a whole hall", invite},
    {"join", "Join a group with an invitation", join},
    {"compare open", "Let somebody next to you in without a code: you both compare six words", compare_open},
    {"compare find", "Come into the group of a colleague next to you, who lets you in by six words", compare_find},
    {"compare words", "The six words, once somebody has come"},
    {"compare same", "Both screens show the same words"},
    {"compare different", "They do not: nobody is let in"},
    {"members", "Who is in a group", only_group},
    {"member admit", "Let somebody in who waits, or who was in the group before", member},
    {"member refuse", "Say no to somebody who waits", member},
    {"member remove", "Remove somebody from a group", member},
    {"member promote", "Make a reader a member, or a member an organiser", member},
    {"member demote", "Make an organiser a member, or a member a reader", member},
    {"set-aside list", "What people wrote around the time when they were removed, and is not shown", only_group},
    {"set-aside admit", "Show what somebody wrote before hearing of their removal", set_aside},
    {"set-aside hide", "Let it stay hidden", set_aside},
    {"device list", "Your computers"},
    {"device link", "Use a second computer as yourself: show a code here, type it there", device_link},
    {"device revoke", "Shut out a computer that is gone, in every group", device},
    {"device moved", "This profile was copied or restored, and is used nowhere else"},
    {"device second", "This profile was copied or restored, and is used elsewhere too: a computer of its own",
     device_second},
    {"recovery sheet", "The words that bring you back when every computer of yours is lost, to print", recovery_sheet},
    {"recovery help", "On a new computer, near a colleague: be yourself again, by your sheet or by colleagues",
     recovery_help},
    {"recovery begin", "A colleague lost every computer and the sheet: show a code for their new one", recovery_begin},
    {"recovery vouch", "As an organiser: that new computer is your colleague's; two organisers have to say so",
     recovery_vouch},
    {"resource add", "Add a file, a folder or a link to the library", resource_add},
    {"resource list", "The library of a group", resource_list},
    {"resource show", "One resource", only_resource},
    {"resource get", "Save a resource's files in a folder", resource_get},
    {"resource update", "Put a new version of a file in the place of the one before", resource_update},
    {"resource versions", "Who put which version of its files in, and when", only_resource},
    {"resource choose", "Of several versions of a file keep this one; an earlier one comes back", resource_choose},
    {"resource edit", "Change what is said about a resource", resource_edit},
    {"resource adapt", "Make a copy of your own, with credit", only_resource},
    {"resource used", "Say that you used it in class, and what happened", resource_used},
    {"collection new", "Begin a collection", collection_new},
    {"collection add", "Put something into a collection", collection_add},
    {"note new", "Write a note", note_new},
    {"note list", "The notes of a group", only_group},
    {"note show", "Read a note", note_show},
    {"note edit", "Change a note; without --from your editor opens", note_edit},
    {"note history", "Who wrote in a note, and when", only_note},
    {"note blame", "Who wrote which words", only_note},
    {"note restore", "Go back to an earlier version; nothing after it is lost", note_restore},
    {"note difference", "What changed between two versions", note_difference},
    {"templates", "Beginnings for notes: your group's own, and those that every group has", templates},
    {"feedback give", "Give feedback: what worked, an example, a suggestion, a question", feedback_give},
    {"feedback list", "The feedback on something", feedback_list},
    {"feedback reply", "Reply to feedback", feedback_reply},
    {"record new", "Make a record of any type", record_new},
    {"record set", "Change fields of a record", record_set},
    {"record add", "Add to a field with several values", record_change},
    {"record remove", "Remove from a field with several values", record_change},
    {"record show", "One record", only_record},
    {"record list", "The records of a group", record_list},
    {"record retire", "Put a record away", only_record},
    {"record restore", "Bring a record back", only_record},
    {"record history", "Who changed a record", only_record},
    {"erase", "Erase a record for ever, on every computer that hears of it; again: how far that is", erase},
    {"search", "Find words in everything your groups have, what files say included", search},
    {"types", "Which records there are, and their fields"},
    {"colleagues", "Who is near"},
    {"doctor", "Why somebody does not appear, and what to do next", doctor},
    {"sync", "Meet everyone who can be reached, once, and report", sync},
    {"files fetch", "Fetch something's files, whatever the policy", files_fetch},
    {"files keep", "Fetch something's files and keep them here, whatever the policy", only_files},
    {"files drop", "Free this disk of something's files; colleagues keep theirs", files_drop},
    {"files policy", "Which files of a group come to this computer by themselves", files_policy},
    {"files pace", "How fast files may move; what people write never waits", files_pace},
    {"files pause", "Let no file move, until: files resume; what people write still comes and goes"},
    {"files resume", "Let files move again"},
    {"files watch", "Keep a folder of yours in the library: what is added or changed in it follows", watched_folder},
    {"files unwatch", "Watch a folder no more; what it brought stays in the library", watched_folder},
    {"files watched", "The folders that are watched"},
    {"storage", "What the groups' files take of this disk"},
    {"carry", "Fill a stick with what colleagues lack who share no network with you", carry},
    {"unload", "Take from a stick what is new, and leave a receipt on it", unload},
    {"courier list", "What is still on its way, and what each colleague lacks"},
    {"verify", "Check everything that is kept on this computer"},
    {"repair", "Mend what can be mended", repair},
    {"backup", "Write your whole profile into one file", backup},
    {"restore", "Make a profile from a backup, in an empty folder", backup},
    {"passphrase change", "Lock your profile with another passphrase", passphrase_change},
    {"export", "Write a group's notes and records into plain files", convert},
    {"import", "Read plain files into a group", convert},
    {"language", "The language that Staffroom speaks with you, here and on the page", speak},
    {"version", "Which version this is"},
    {"completion", "Words for your shell to complete", completion},
};

}  // namespace

std::span<const Command> commands() { return all; }

}  // namespace staffroom::cli
