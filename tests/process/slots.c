/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other processes do to tokens is seen here: a new token, a token made
 * anew, a PIN changed, objects written and removed, a lock by wrong PINs; and
 * C_WaitForSlotEvent (design 3 and 5; 5.5.3).
 */
#include "process/proc.h"

#include <linux/capability.h>
#include <stdatomic.h>
#include <sys/syscall.h>

static void
other_token(const void *arg)
{
	mod_load();
	OK(mod_init());
	mod_token_new(arg);
	OK(p.f->C_Finalize(NULL));
}

static void
appears(const void *arg)
{
	CK_SLOT_ID before[8], after[8], slot;
	CK_ULONG n, seen = 8;

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	n = mod_slots(before, 8);
	MUST(n == 2 && before[0] == 0 && before[1] == 1, "%lu slots", n);
	good_end(proc_start(other_token, "second"), "making a token");
	/* the list stays as it was shown until it is asked for anew */
	OK(p.f->C_GetSlotList(CK_TRUE, after, &seen));
	MUST(mod_slots(after, 8) == 3 && after[2] == 2, "the list is old");
	MUST(mod_find_token("second", &slot) && slot == 1, "no new token");
	MUST(mod_find_token(TOKEN, &slot) && slot == 0, "the old one moved");
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
	p.slot = 1;
	p.s = mod_session(CKF_RW_SESSION);
	OK(mod_login(p.s));
	MUST(mod_count(p.s, KEY) == 0, "the key is on the wrong token");
}

/* Deleting the file of a token in the middle moves none of the others. */
static void
vanishes(const void *arg)
{
	const char *store = getenv("KLUIS_STORE");
	char path[600];
	CK_SLOT_ID slot, all[8];

	(void)arg;
	proc_token();
	good_end(proc_start(other_token, "second"), "making a token");
	good_end(proc_start(other_token, "third"), "making a token");
	mod_load();
	OK(mod_init());
	MUST(mod_slots(all, 8) == 4, "not four slots");
	(void)snprintf(path, sizeof(path), "%s/1.db", store);
	MUST(unlink(path) == 0, "%s", path);
	(void)snprintf(path, sizeof(path), "%s/1.db-wal", store);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/1.gen", store);
	(void)unlink(path);
	MUST(!mod_find_token("second", &slot), "the token is still listed");
	MUST(mod_find_token("third", &slot) && slot == 2, "the third moved");
	MUST(mod_find_token(TOKEN, &slot) && slot == 0, "the first moved");
	mod_token_new("fourth");
	MUST(mod_find_token("fourth", &slot) && slot == 1, "slot %lu", slot);
}

/* Nothing on disk before C_InitToken. */
static void
nothing_made(const void *arg)
{
	const char *store = getenv("KLUIS_STORE");
	CK_TOKEN_INFO info;
	CK_SLOT_ID all[8];
	char path[600];

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/deeper/still", store);
	(void)setenv("KLUIS_CONF", "", 1);
	(void)setenv("KLUIS_STORE", path, 1);
	mod_load();
	OK(mod_init());
	MUST(mod_slots(all, 8) == 1, "not one slot");
	OK(p.f->C_GetTokenInfo(all[0], &info));
	MUST((info.flags & CKF_TOKEN_INITIALIZED) == 0, "flags");
	(void)snprintf(path, sizeof(path), "%s/deeper", store);
	MUST(access(path, F_OK) != 0, "a folder was made");
	OK(p.f->C_Finalize(NULL));
	MUST(access(path, F_OK) != 0, "a folder was made");
}

static void
made_anew(const void *arg)
{
	CK_UTF8CHAR label[32];

	(void)arg;
	mod_load();
	OK(mod_init());
	label_pad(label, "anew");
	OK(p.f->C_InitToken(0, (CK_UTF8CHAR *)SO_PIN, sizeof(SO_PIN) - 1,
	    label));
}

/* C_InitToken elsewhere: our sessions and keys of before are over. */
static void
anew(const void *arg)
{
	CK_OBJECT_HANDLE key, stray;
	CK_SESSION_INFO info;
	CK_SLOT_ID slot;
	CK_RV rv;

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	key = mod_key_find(p.s);
	good_end(proc_start(made_anew, NULL), "C_InitToken");
	rv = mod_data_new(p.s, "stray", "value", true, &stray);
	MUST(rv != CKR_OK, "an object under the keys of before is written");
	rv = mod_sign_rv(p.s, key);
	MUST(rv != CKR_OK, "a key of the token before still signs");
	rv = p.f->C_GetSessionInfo(p.s, &info);
	MUST(rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_DEVICE_REMOVED ||
	    rv == CKR_TOKEN_NOT_PRESENT, "C_GetSessionInfo = 0x%lx", rv);
	MUST(mod_find_token("anew", &slot) && slot == 0, "no new token");
	p.s = mod_session(CKF_RW_SESSION);
	GIVES(mod_login(p.s), CKR_USER_PIN_NOT_INITIALIZED);
	MUST(mod_count(p.s, KEY) == 0, "the old key is still found");
	OK(p.f->C_Login(p.s, CKU_SO, (CK_UTF8CHAR *)SO_PIN,
	    sizeof(SO_PIN) - 1));
}

static void
pin_change(const void *arg)
{
	(void)arg;
	mod_load();
	mod_open();
	OK(p.f->C_SetPIN(p.s, (CK_UTF8CHAR *)USER_PIN, sizeof(USER_PIN) - 1,
	    (CK_UTF8CHAR *)"other-pin", 9));
	OK(p.f->C_Finalize(NULL));
}

static void
pin_changed(const void *arg)
{
	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	good_end(proc_start(pin_change, NULL), "C_SetPIN");
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
	OK(p.f->C_Logout(p.s));
	GIVES(mod_login(p.s), CKR_PIN_INCORRECT);
	OK(p.f->C_Login(p.s, CKU_USER, (CK_UTF8CHAR *)"other-pin", 9));
	OK(mod_sign_rv(p.s, mod_key_find(p.s)));
}

static void
wrong_pins(const void *arg)
{
	const int *n = arg;

	mod_load();
	OK(mod_init());
	p.s = mod_session(0);
	for (int i = 0; i < *n; i++) {
		CK_RV rv = p.f->C_Login(p.s, CKU_USER,
		    (CK_UTF8CHAR *)"wrong", 5);

		MUST(rv == CKR_PIN_INCORRECT, "C_Login = 0x%lx", rv);
	}
}

/* Ten wrong PINs from several processes lock, whoever gave them. */
static void
locked(const void *arg)
{
	CK_TOKEN_INFO info;
	int four = 4, five = 5;

	(void)arg;
	proc_token();
	mod_load();
	OK(mod_init());
	MUST(mod_find_token(TOKEN, &p.slot), "no token");
	p.s = mod_session(0);
	good_end(proc_start(wrong_pins, &four), "wrong PINs");
	OK(p.f->C_GetTokenInfo(p.slot, &info));
	MUST((info.flags & CKF_USER_PIN_COUNT_LOW) != 0, "not COUNT_LOW");
	good_end(proc_start(wrong_pins, &five), "wrong PINs");
	OK(p.f->C_GetTokenInfo(p.slot, &info));
	MUST((info.flags & CKF_USER_PIN_FINAL_TRY) != 0, "not FINAL_TRY");
	GIVES(p.f->C_Login(p.s, CKU_USER, (CK_UTF8CHAR *)"wrong", 5),
	    CKR_PIN_INCORRECT);
	OK(p.f->C_GetTokenInfo(p.slot, &info));
	MUST((info.flags & CKF_USER_PIN_LOCKED) != 0, "not LOCKED");
	GIVES(mod_login(p.s), CKR_PIN_LOCKED);
}

/* Wrong PINs given by eight at one moment: each of them is counted. */
static void
counted(const void *arg)
{
	int one = 1;
	CK_TOKEN_INFO info;
	pid_t pid[9];

	(void)arg;
	proc_token();
	for (size_t i = 0; i < COUNT(pid); i++)
		pid[i] = proc_start(wrong_pins, &one);
	for (size_t i = 0; i < COUNT(pid); i++)
		good_end(pid[i], "a wrong PIN");
	mod_load();
	OK(mod_init());
	OK(p.f->C_GetTokenInfo(0, &info));
	MUST((info.flags & CKF_USER_PIN_FINAL_TRY) != 0, "nine wrong PINs were "
	    "not all counted: flags 0x%lx", info.flags);
}

static void
write_object(const void *arg)
{
	CK_OBJECT_HANDLE h;

	mod_load();
	mod_open();
	OK(mod_data_new(p.s, arg, "value", true, &h));
	OK(p.f->C_Finalize(NULL));
}

static void
remove_objects(const void *arg)
{
	CK_ATTRIBUTE t[] = { { CKA_LABEL, (void *)(uintptr_t)arg,
		strlen(arg) } };
	CK_OBJECT_HANDLE h[2];
	CK_ULONG n = 2;

	mod_load();
	mod_open();
	OK(mod_find_rv(p.s, t, 1, h, &n));
	MUST(n == 1, "%lu objects", n);
	OK(p.f->C_DestroyObject(p.s, h[0]));
	OK(p.f->C_Finalize(NULL));
}

/* What another process committed is seen by the next call here. */
static void
fresh(const void *arg)
{
	CK_OBJECT_HANDLE h[2];
	CK_ULONG n = 2, size;
	CK_ATTRIBUTE t[] = { { CKA_LABEL, (void *)(uintptr_t)"theirs", 6 } };

	(void)arg;
	proc_token();
	mod_load();
	mod_open();
	MUST(mod_count(p.s, "theirs") == 0, "it is there before it is made");
	for (int i = 0; i < 3; i++) {
		good_end(proc_start(write_object, "theirs"), "a writer");
		OK(mod_find_rv(p.s, t, 1, h, &n));
		MUST(n == 1, "%lu objects after a write", n);
		OK(p.f->C_GetObjectSize(p.s, h[0], &size));
		good_end(proc_start(remove_objects, "theirs"), "a remover");
		GIVES(p.f->C_GetObjectSize(p.s, h[0], &size),
		    CKR_OBJECT_HANDLE_INVALID);
		MUST(mod_count(p.s, "theirs") == 0, "it is still there");
	}
}

/* ------------------------------------------------------------- events */

static void
events(const void *arg)
{
	CK_SLOT_ID slot = 99, all[8];

	(void)arg;
	proc_token();
	mod_load();
	OK(mod_init());
	GIVES(p.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL),
	    CKR_NO_EVENT);
	(void)mod_slots(all, 8);
	GIVES(p.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL),
	    CKR_NO_EVENT);
	good_end(proc_start(other_token, "second"), "making a token");
	OK(p.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
	MUST(slot == 1, "the event is of slot %lu", slot);
	GIVES(p.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL),
	    CKR_ARGUMENTS_BAD);
}

static atomic_int waiting;
static CK_SLOT_ID event;

static void *
wait_thread(void *arg)
{
	atomic_store(&waiting, 1);
	*(CK_RV *)arg = p.f->C_WaitForSlotEvent(0, &event, NULL);
	atomic_store(&waiting, 2);
	return NULL;
}

/* Blocks until another process makes a token, or until C_Finalize. */
static void
blocking(const void *arg)
{
	bool finalize = *(const bool *)arg;
	CK_SLOT_ID all[8], slot;
	pthread_t thread;
	CK_RV rv = 1;

	proc_token();
	mod_load();
	OK(mod_init());
	(void)mod_slots(all, 8);
	while (p.f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		continue;
	MUST(pthread_create(&thread, NULL, wait_thread, &rv) == 0, "thread");
	while (atomic_load(&waiting) == 0)
		proc_sleep_ms(1);
	proc_sleep_ms(50);
	MUST(atomic_load(&waiting) == 1, "it does not wait: 0x%lx", rv);
	if (finalize)
		OK(p.f->C_Finalize(NULL));
	else
		good_end(proc_start(other_token, "second"), "making a token");
	MUST(pthread_join(thread, NULL) == 0, "no end");
	if (finalize)
		GIVES(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	else
		MUST(rv == CKR_OK && event == 1, "0x%lx, slot %lu", rv, event);
}

/* Takes from root what lets it read everything. */
static void
no_override(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	MUST(syscall(SYS_capget, &head, data) == 0, "capget");
	data[0].effective &= ~((1u << CAP_DAC_OVERRIDE) |
	    (1u << CAP_DAC_READ_SEARCH));
	MUST(syscall(SYS_capset, &head, data) == 0, "capset");
}

/* A store that cannot be read: no tokens, and a line in the log. */
static void
unreadable(const void *arg)
{
	const char *store = getenv("KLUIS_STORE");
	CK_SLOT_ID slot, all[8];
	char log[600], path[640];
	struct stat st;

	(void)arg;
	proc_token();
	(void)snprintf(log, sizeof(log), "%s.log", store);
	(void)snprintf(path, sizeof(path), "error:file:%s", log);
	(void)setenv("KLUIS_LOG", path, 1);
	(void)setenv("KLUIS_CONF", "", 1);
	MUST(chmod(store, 0) == 0, "chmod");
	no_override();
	MUST(open(store, O_RDONLY | O_DIRECTORY) == -1, "we can read it");
	mod_load();
	if (mod_init() == CKR_OK) {
		CK_ULONG n = mod_slots(all, 8);

		MUST(n <= 1, "%lu slots", n);
		MUST(!mod_find_token(TOKEN, &slot), "it was read");
	}
	(void)chmod(store, 0700);
	MUST(stat(log, &st) == 0 && st.st_size > 0, "nothing was logged");
	(void)unlink(log);
}

static const bool no = false, yes = true;

int
main(int argc, char **argv)
{
	static const struct proc_case cases[] = {
		{ "slots: nothing is made before C_InitToken", nothing_made,
		    NULL, 0 },
		{ "slots: another's new token appears", appears, NULL, 0 },
		{ "slots: a deleted token moves no other", vanishes, NULL, 0 },
		{ "slots: a token made anew elsewhere", anew, NULL, 0 },
		{ "slots: a PIN changed elsewhere", pin_changed, NULL, 0 },
		{ "slots: locked by several processes", locked, NULL, 0 },
		{ "slots: wrong PINs at one moment", counted, NULL, 0 },
		{ "slots: objects of others are seen", fresh, NULL, 0 },
		{ "slots: C_WaitForSlotEvent", events, NULL, 0 },
		{ "slots: it blocks until an event", blocking, &no, 0 },
		{ "slots: it blocks until C_Finalize", blocking, &yes, 0 },
		{ "slots: an unreadable store", unreadable, NULL, 0 },
	};

	return proc_main(argc, argv, cases, COUNT(cases));
}
