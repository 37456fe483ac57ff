// A disk that stands still: while the file that STILL_DISK names is there, syncfs() does not return. Loaded before the
// program's libraries (LD_PRELOAD) by slow_disk.sh, which makes it, and counts the bytes of it: one for each who waits.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int syncfs(int descriptor) {
    const char* const gate = std::getenv("STILL_DISK");
    if (const int waiting = gate != nullptr ? ::open(gate, O_WRONLY | O_APPEND) : -1; waiting >= 0) {
        (void)!::write(waiting, "+", 1);
        ::close(waiting);
    }
    while (gate != nullptr && ::access(gate, F_OK) == 0) ::usleep(5'000);
    return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "syncfs"))(descriptor);
}
