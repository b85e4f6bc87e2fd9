/*
 * SQLite: a database in memory, two tables with a thousand rows in all and an index, joins, a change that is rolled
 * back, and integrity_check. Its memory is one array (MEMSYS5). There is no system below it: the VFS at the end has no
 * files, its clock stands still and its random numbers are always the same, on the host, too.
 */
#include "real.h"

#include <sqlite3.h>

enum { HEAP_BYTES = 1024 * 1024, ORDERS = LONG_OR_SHORT(900, 90), CUSTOMERS = LONG_OR_SHORT(100, 10) };

static uint32_t printed;

/* Prints a row, its columns between bars. */
static int print_row(void *nothing, int count, char **values, char **names)
{
    (void)nothing;
    (void)names;
    for (int i = 0; i < count; i++) {
        const char *text = values[i] ? values[i] : "NULL";

        printf("%s%s", i ? "|" : "", text);
        printed = digest(printed, checksum((const unsigned char *)text, strlen(text)));
    }
    putchar('\n');
    return 0;
}

static void perform(sqlite3 *database, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(database, sql, print_row, NULL, &message) == SQLITE_OK)
        return;
    printf("failed: %s: %s\n", sql, message);
    exit(1);
}

static void insert_all(sqlite3 *database)
{
    static const char *const towns[] = {"Leiden", "Bergen", "Porto", "Gdansk", "Split", "Cork", "Turku"};
    sqlite3_stmt *customer, *order;
    uint32_t random = 1973;

    expect(sqlite3_prepare_v2(database, "INSERT INTO customer VALUES (?, ?, ?)", -1, &customer, NULL) == SQLITE_OK &&
               sqlite3_prepare_v2(database, "INSERT INTO orders VALUES (?, ?, ?, ?)", -1, &order, NULL) == SQLITE_OK,
           "prepare");
    for (int i = 1; i <= CUSTOMERS; i++) {
        char name[24];

        snprintf(name, sizeof name, "customer %c%d", 'a' + i % 26, i);
        sqlite3_bind_int(customer, 1, i);
        sqlite3_bind_text(customer, 2, name, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(customer, 3, towns[i % 7], -1, SQLITE_STATIC);
        expect(sqlite3_step(customer) == SQLITE_DONE && sqlite3_reset(customer) == SQLITE_OK, "a customer");
    }
    for (int i = 1; i <= ORDERS; i++) {
        sqlite3_bind_int(order, 1, i);
        sqlite3_bind_int(order, 2, (int)(random_next(&random) % CUSTOMERS) + 1);
        sqlite3_bind_double(order, 3, random_next(&random) % 40000 / 4.0);
        sqlite3_bind_text(order, 4, i % 3 ? "paid" : "open", -1, SQLITE_STATIC);
        expect(sqlite3_step(order) == SQLITE_DONE && sqlite3_reset(order) == SQLITE_OK, "an order");
    }
    sqlite3_finalize(customer);
    sqlite3_finalize(order);
}

static void work(sqlite3 *database)
{
    perform(database, "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, town TEXT);"
                      "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer, price REAL,"
                      " state TEXT);"
                      "BEGIN");
    insert_all(database);
    perform(database, "COMMIT; CREATE INDEX by_customer ON orders (customer)");
    perform(database,
            "SELECT town, count(*), sum(price), max(price) FROM customer JOIN orders ON customer.id = customer"
            " WHERE state = 'open' GROUP BY town ORDER BY town");
    perform(database, "SELECT name, count(*) AS n, round(avg(price), 2) FROM customer JOIN orders"
                      " ON customer.id = orders.customer GROUP BY name ORDER BY n DESC, name LIMIT 5");
    perform(database, "BEGIN; UPDATE orders SET price = price * 2 WHERE customer < 10;"
                      "DELETE FROM orders WHERE id > 700; SELECT count(*), sum(price) FROM orders; ROLLBACK;"
                      "SELECT count(*), sum(price) FROM orders");
    perform(database, "SELECT a.town, count(*) FROM customer a JOIN customer b ON a.town < b.town AND a.id <= 4"
                      " AND a.name LIKE '%' || substr(b.name, 10, 1) || '%' GROUP BY a.town ORDER BY 2 DESC, 1");
    perform(database, "PRAGMA integrity_check");
}

int main(void)
{
    static _Alignas(8) char heap[HEAP_BYTES];
    sqlite3 *database;

    expect(sqlite3_config(SQLITE_CONFIG_HEAP, heap, HEAP_BYTES, 64) == SQLITE_OK, "the heap");
    roi_begin();
    expect(sqlite3_open(":memory:", &database) == SQLITE_OK, "open");
    work(database);
    expect(sqlite3_close(database) == SQLITE_OK, "close");
    roi_end();
    printf("SQLite %s: checksum %08lx\n", sqlite3_libversion(), (unsigned long)printed);
    return 0;
}

/* ---- The VFS: what SQLite asks of a system ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)vfs;
    (void)name;
    (void)flags;
    (void)flags_out;
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)name;
    (void)sync;
    return SQLITE_IOERR_DELETE_NOENT;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *there)
{
    (void)vfs;
    (void)name;
    (void)flags;
    *there = 0;
    return SQLITE_OK;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int length, char *path)
{
    (void)vfs;
    sqlite3_snprintf(length, path, "%s", name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int length, char *bytes)
{
    (void)vfs;
    memset(bytes, 0x5A, (size_t)length);
    return length;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

/* In milliseconds of the Julian calendar: the first of January 2000, noon. */
static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
    (void)vfs;
    *now = 2451545LL * 86400000;
    return SQLITE_OK;
}

static int vfs_time_as_day(sqlite3_vfs *vfs, double *now)
{
    (void)vfs;
    *now = 2451545;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int length, char *text)
{
    (void)vfs;
    (void)length;
    (void)text;
    return 0;
}

/* Called by SQLite itself, since it is compiled with SQLITE_OS_OTHER. */
int sqlite3_os_init(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(sqlite3_file),
        .mxPathname = 64,
        .zName = "nothing",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_pathname,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time_as_day,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time,
    };

    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void)
{
    return SQLITE_OK;
}
