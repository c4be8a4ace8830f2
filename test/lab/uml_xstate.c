/*
 * Lets User-Mode Linux run on processors whose XSAVE area is larger than the kernel inside knows (AMX:
 * 11,008 bytes instead of 2,696). Without it the guest dies at its first process with
 * "ptrace set fp regs failed, errno = 14": PTRACE_SETREGSET takes the whole area or nothing.
 *
 * Loaded into linux.uml with LD_PRELOAD (uml.ts), it stands in for libc's ptrace(2): the bytes that
 * the guest's kernel knows are passed on, what follows them is zero and marked as unused. A guest
 * program therefore must not use AMX, which needs a permission that the guest's kernel never gives.
 * Built by test/lab/install with tcc, freestanding: no header, no C library at link time.
 */

typedef unsigned long u64;

struct iovec {
	unsigned char *base;
	u64 length;
};

extern long syscall(long number, ...);
extern int *__errno_location(void);

#define SYS_PTRACE 101
#define PTRACE_GETREGSET 0x4204
#define PTRACE_SETREGSET 0x4205
#define NT_X86_XSTATE 0x202
#define AREA_SIZE_MAX 65536
/* The XSAVE header: XSTATE_BV, one bit for each component that is in use. */
#define XSTATE_BV_OFFSET 512
/* x87, SSE, AVX, MPX (2), AVX-512 (3), PT, PKRU: the components below byte 2,696. */
#define KNOWN_COMPONENTS 0x3ffUL

/* The guest has one processor and one thread that traces, so one area is enough; it is too large for the
 * stack of a guest's kernel. */
static unsigned char area[AREA_SIZE_MAX];
static u64 area_size;

static long set_area(int pid, struct iovec *known)
{
	struct iovec whole = { area, sizeof area };
	u64 i;
	u64 *in_use;

	if (area_size == 0) {
		if (syscall(SYS_PTRACE, (long)PTRACE_GETREGSET, (long)pid, (long)NT_X86_XSTATE, &whole) < 0)
			return -1;
		area_size = whole.length;
	}
	if (known->length >= area_size)
		return syscall(SYS_PTRACE, (long)PTRACE_SETREGSET, (long)pid, (long)NT_X86_XSTATE, known);
	for (i = 0; i < known->length; i++)
		area[i] = known->base[i];
	for (; i < area_size; i++)
		area[i] = 0;
	in_use = (u64 *)(area + XSTATE_BV_OFFSET);
	*in_use &= KNOWN_COMPONENTS;
	whole.length = area_size;
	return syscall(SYS_PTRACE, (long)PTRACE_SETREGSET, (long)pid, (long)NT_X86_XSTATE, &whole);
}

long ptrace(long request, int pid, void *address, void *data)
{
	/* PTRACE_PEEKTEXT, PEEKDATA and PEEKUSER: the system call stores what libc's function returns. */
	int peeks = request >= 1 && request <= 3;
	long value = 0;
	long result;

	if (request == PTRACE_SETREGSET && (u64)address == NT_X86_XSTATE)
		return set_area(pid, data);
	result = syscall(SYS_PTRACE, request, (long)pid, address, peeks ? (void *)&value : data);
	if (!peeks || result < 0)
		return result;
	*__errno_location() = 0;
	return value;
}
