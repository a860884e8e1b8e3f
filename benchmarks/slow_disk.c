/* A disk that takes two milliseconds longer to keep what it is given, for LD_PRELOAD. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int slowly(long call, int fd) {
    struct timespec wait = {0, 2000000};
    nanosleep(&wait, 0);
    return (int)syscall(call, fd);
}

int fsync(int fd) { return slowly(SYS_fsync, fd); }

int fdatasync(int fd) { return slowly(SYS_fdatasync, fd); }
