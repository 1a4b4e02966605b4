/* ProcessPrng, which every Windows has since 7 and Rust's standard library asks for, and wine only from version 9 on.
   For tests alone: built into target, put into the Windows that tests run in. */

#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return RtlGenRandom(data, (ULONG)length);
}
