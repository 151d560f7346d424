package tdengine

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
)

// Lengths of names, in bytes.
const (
	longestTable  = 192
	longestColumn = 64
)

// checkName refuses what cannot be quoted. Backquotes let a name hold anything
// but one, in upper and lower case; a dot would be taken for that of
// database.table.
func checkName(name string) error {
	if name == "" || len(name) > longestTable || strings.ContainsAny(name, "`.\x00\n") {
		return &config.Problem{What: fmt.Sprintf("%.60q is no name of TDengine", name), Fix: "use letters, digits and _"}
	}
	return nil
}

// quote quotes a name that is legal.
func quote(name string) string { return "`" + name + "`" }

// legal makes a name that can be quoted out of any text.
func legal(text string, longest int) string {
	text = strings.Map(func(r rune) rune {
		switch r {
		case '`', '.', 0, '\n', '\r':
			return '_'
		default:
			return r
		}
	}, text)
	switch {
	case text == "":
		return "_"
	case len(text) > longest:
		return hashed(text, text, longest)
	default:
		return text
	}
}

// tableName makes a name of a table out of any text: lower case, digits and _,
// so that it is the same with and without quotes. Where that changes the text,
// a hash keeps it apart from others.
func tableName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		default:
			return '_'
		}
	}, text)
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "t_" + name
	}
	if name != text || len(name) > longestTable {
		return hashed(name, text, longestTable)
	}
	return name
}

func hashed(name, text string, longest int) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // it never fails
	suffix := fmt.Sprintf("_%08x", h.Sum32())
	return name[:min(len(name), longest-len(suffix))] + suffix
}
