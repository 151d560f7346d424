package tables

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// secure makes a connection one that only reads what it has, within bounds. It
// is called when the tables are made: from then on even we could not write.
func secure(conn *sql.Conn) error {
	for limit, value := range map[int]int{
		lib.SQLITE_LIMIT_LENGTH: 16 << 20, lib.SQLITE_LIMIT_SQL_LENGTH: 2 * MaxText, lib.SQLITE_LIMIT_EXPR_DEPTH: 200,
		lib.SQLITE_LIMIT_COMPOUND_SELECT: 50, lib.SQLITE_LIMIT_VDBE_OP: 250_000, lib.SQLITE_LIMIT_ATTACHED: 0,
		lib.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000, lib.SQLITE_LIMIT_VARIABLE_NUMBER: 0, lib.SQLITE_LIMIT_WORKER_THREADS: 0,
		lib.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
	} {
		if _, err := sqlite.Limit(conn, limit, value); err != nil {
			return err
		}
	}
	return conn.Raw(func(c any) error {
		guarded, ok := c.(sqlite.AuthorizerRegisterer)
		if !ok {
			return fmt.Errorf("%T takes no authorizer", c)
		}
		return guarded.RegisterAuthorizer(authorize)
	})
}

// authorize lets a statement read and compute.
func authorize(action sqlite.AuthorizerActionCode, _, function, _, _ string) sqlite.AuthorizerReturnCode {
	switch action {
	case sqlite.AuthSelect, sqlite.AuthRead, sqlite.AuthRecursive:
		return sqlite.AuthorizerOK
	case sqlite.AuthFunction:
		if !slices.Contains(forbidden(), strings.ToLower(function)) {
			return sqlite.AuthorizerOK
		}
	}
	return sqlite.AuthorizerDeny
}

// forbidden are the functions that reach out of the query.
func forbidden() []string {
	return []string{"load_extension", "fts3_tokenizer", "sqlite_log", "edit", "readfile", "writefile"}
}
