package plan

import "github.com/holdfast-edge/holdfast/tag"

// Catalog knows the names that FROM may hold.
type Catalog interface {
	// Source returns what is known of the stream or table of a name, and false
	// where there is none.
	Source(name string) (Source, bool)
	// Names returns all names, for suggestions.
	Names() []string
}

// Source is one stream or table.
type Source struct {
	Kind SourceKind
	// Schema holds the fields where they are fixed. nil: they come with the
	// rows, and any column may be asked for.
	Schema *tag.Schema
	// Key are the columns by which a lookup table must be looked up; nil: by any.
	Key []string
	// Whole says that a lookup table gives all of its rows, too: then any condition
	// may join it.
	Whole bool
	// Retain is how many of its last rows a table keeps; 0 for all.
	Retain int
	// Timestamp is the column that holds the time of an event, in milliseconds
	// since the Unix epoch or as a time; empty: the rows' own source time.
	Timestamp string
}

// SourceKind is how rows of a source are taken.
type SourceKind uint8

// The kinds of source.
const (
	StreamSource SourceKind = iota // each row is an event
	TableSource                    // its rows are pushed, kept and joined to those of streams
	LookupSource                   // its rows are asked for by key; nothing is pushed
)

// String returns the kind in words.
func (k SourceKind) String() string {
	return [...]string{StreamSource: "stream", TableSource: "table", LookupSource: "lookup table"}[k]
}

// Sources is a Catalog over a map.
type Sources map[string]Source

// Source returns the entry of a name.
func (s Sources) Source(name string) (Source, bool) {
	source, ok := s[name]
	return source, ok
}

// Names returns the names, in no order.
func (s Sources) Names() []string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	return names
}
