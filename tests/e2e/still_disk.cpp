// A disk that stands still: while the file that STILL_DISK names is there, syncfs() does not return. Loaded before the
// program's libraries (LD_PRELOAD) by slow_disk.sh, which makes it.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int syncfs(int descriptor) {
    const char* const gate = std::getenv("STILL_DISK");
    while (gate != nullptr && ::access(gate, F_OK) == 0) ::usleep(5'000);
    return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "syncfs"))(descriptor);
}
