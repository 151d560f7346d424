package tables

import (
	"fmt"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// boundMemory has SQLite count what it allocates, and refuse what would be more
// than so many octets, for all queries of the process together. The build that
// we have does not count unless it is told to before its first use; who comes
// too late finds it told already, by an engine before this one.
func boundMemory(octets int64) error {
	tls := libc.NewTLS()
	defer tls.Close()
	list := libc.Xmalloc(tls, 8)
	if list == 0 {
		return fmt.Errorf("bound SQLite's memory: %d octets are not to be had", 8)
	}
	defer libc.Xfree(tls, list)
	switch code := lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_MEMSTATUS, libc.VaList(list, int32(1))); code {
	case lib.SQLITE_OK, lib.SQLITE_MISUSE:
	default:
		return fmt.Errorf("bound SQLite's memory: code %d", code)
	}
	lib.Xsqlite3_hard_heap_limit64(tls, octets)
	return nil
}
