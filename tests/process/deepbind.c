/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host with a malloc of its own (BIND with jemalloc) that loads the module
 * with RTLD_DEEPBIND (pkcs11-provider): the C library's functions then
 * allocate by the host's malloc, while the module's own calls of malloc and
 * free go to the C library's.  What one gave must never be freed by the
 * other (src/base/mem.h).
 *
 * This program's malloc takes from a buffer and gives nothing back; the C
 * library stops the process when it is to free a piece of that.
 */
#include "process/proc.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include <openssl/rand.h>

#if defined(__SANITIZE_ADDRESS__)
#define OWN_MALLOC 0	/* AddressSanitizer has the place of malloc */
#else
#define OWN_MALLOC 1
#endif

#if OWN_MALLOC

#define POOL ((size_t)1 << 30)

static _Atomic(uint8_t *) pool;
static atomic_size_t used;

/* Each block has its size in the 16 bytes before it. */
static void *
take(size_t n, size_t align)
{
	uint8_t *base = atomic_load(&pool), *mine, *none = NULL;
	size_t at;

	if (base == NULL) {
		mine = mmap(NULL, POOL, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (mine == MAP_FAILED)
			return NULL;
		if (atomic_compare_exchange_strong(&pool, &none, mine))
			base = mine;
		else
			base = none;
	}
	if (n > POOL / 2 || align > 4096)
		return NULL;
	at = atomic_fetch_add(&used, n + align + 32);
	if (at + n + align + 32 > POOL)
		return NULL;
	at = (at + 16 + align - 1) & ~(align - 1);
	memcpy(base + at - sizeof(n), &n, sizeof(n));
	return base + at;
}

static bool
ours(const void *block)
{
	const uint8_t *b = block, *base = atomic_load(&pool);

	return base != NULL && b >= base && b < base + POOL;
}

void *
malloc(size_t n)
{
	return take(n, 16);
}

void
free(void *block)
{
	static const char text[] = "# the host is to free a block of another\n";

	if (block != NULL && !ours(block)) {
		(void)!write(2, text, sizeof(text) - 1);
		_exit(1);
	}
}

void *
calloc(size_t n, size_t size)
{
	return size != 0 && n > POOL / size ? NULL : take(n * size, 16);
}

void *
realloc(void *old, size_t n)
{
	void *block = take(n, 16);
	size_t had;

	if (old == NULL || block == NULL)
		return block;
	memcpy(&had, (uint8_t *)old - sizeof(had), sizeof(had));
	return memcpy(block, old, had < n ? had : n);
}

int
posix_memalign(void **out, size_t align, size_t n)
{
	*out = take(n, align < 16 ? 16 : align);
	return *out == NULL ? ENOMEM : 0;
}

void *
aligned_alloc(size_t align, size_t n)
{
	return take(n, align < 16 ? 16 : align);
}

#endif

/* Every kind of work, from the configuration's file to the last close. */
static void
work(const void *arg)
{
	CK_MECHANISM_TYPE types[1000];
	CK_ULONG n;
	CK_OBJECT_HANDLE h;
	CK_BYTE out[8];

	mod_flags = RTLD_NOW | RTLD_LOCAL | *(const int *)arg;
	/* libcrypto is the host's, as BIND's is */
	MUST(RAND_bytes(out, sizeof(out)) == 1, "RAND_bytes");
	make_token(NULL);
	for (int i = 0; i < 3; i++) {
		mod_open();
		n = COUNT(types);
		OK(p.f->C_GetMechanismList(p.slot, types, &n));
		OK(mod_sign_rv(p.s, mod_key_find(p.s)));
		for (int j = 0; j < 40; j++)
			OK(mod_data_new(p.s, "many", "value", j % 2 == 0, &h));
		OK(p.f->C_DestroyObject(p.s, h));
		good_end(proc_start(make_token, "another"), "another token");
		(void)mod_slots((CK_SLOT_ID[16]){ 0 }, 16);
		OK(p.f->C_Finalize(NULL));
	}
	exit(0);
}

/* Settings from pairs, relative paths, files: what conf.c makes copies of. */
static void
settings(const void *arg)
{
	CK_C_INITIALIZE_ARGS a = { .flags = CKF_OS_LOCKING_OK };
	char pairs[] = "store=relative/folder log=error providers=default";

	mod_flags = RTLD_NOW | RTLD_LOCAL | *(const int *)arg;
	MUST(chdir(getenv("KLUIS_STORE")) == 0, "chdir");
	(void)unsetenv("KLUIS_STORE");
	(void)unsetenv("KLUIS_LOG");
	a.pReserved = pairs;
	mod_load();
	(void)setenv("KLUIS_CONF", "", 1);
	OK(p.f->C_Initialize(&a));
	OK(p.f->C_Finalize(NULL));
	pairs[0] = 'X';		/* an unknown key */
	GIVES(p.f->C_Initialize(&a), CKR_ARGUMENTS_BAD);
	exit(0);
}

static const int deep = RTLD_DEEPBIND, usual = 0;

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "deepbind: a host's malloc", work, &usual, 0 },
		{ "deepbind: a host's malloc, bound deeply", work, &deep, 0 },
		{ "deepbind: settings, a host's malloc", settings, &usual, 0 },
		{ "deepbind: settings, bound deeply", settings, &deep, 0 },
	};

	if (!OWN_MALLOC) {
		printf("1..0 # SKIP AddressSanitizer has the place of malloc\n");
		return 0;
	}
	return proc_main(argc, argv, cases, COUNT(cases));
}
