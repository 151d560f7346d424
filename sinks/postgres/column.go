package postgres

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/holdfast-edge/holdfast/tag"
)

// Names of the columns that are ours. A field that has one of them gets an
// underscore in front.
const (
	columnTime        = "time"
	columnSite        = "hf_site"
	columnStream      = "hf_stream"
	columnIncarnation = "hf_incarnation"
	columnSequence    = "hf_seq"
	columnQuality     = "hf_quality"
	columnHistorical  = "hf_historical"
)

// column is one of a table.
type column struct {
	name string
	kind string // as information_schema tells it
}

// own are the columns that every table has, in their order.
func own() []column {
	return []column{
		{columnTime, "timestamp with time zone"},
		{columnSite, "text"},
		{columnStream, "uuid"},
		{columnIncarnation, "bigint"},
		{columnSequence, "bigint"},
		{columnQuality, "jsonb"},
		{columnHistorical, "boolean"},
	}
}

// longestName is the most that PostgreSQL keeps of a name.
const longestName = 63

// columnName is the name of a field's column.
func columnName(field string) string {
	name := legal(field, longestName-1)
	for _, c := range own() {
		if c.name == name {
			return "_" + name
		}
	}
	return name
}

// legal makes a name out of any text: quoted, a name may hold anything but NUL.
func legal(text string, longest int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "_"), "_")
	if text == "" {
		return "_"
	}
	for len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "")
	}
	return text
}

func quote(names ...string) string { return pgx.Identifier(names).Sanitize() }

// kindOf is the type of a field's column. A field whose kind varies is jsonb,
// which holds anything.
func kindOf(kind tag.Kind) string {
	switch kind {
	case tag.Bool:
		return "boolean"
	case tag.Int:
		return "bigint"
	case tag.Uint:
		return "numeric"
	case tag.Float:
		return "double precision"
	case tag.String:
		return "text"
	case tag.Bytes:
		return "bytea"
	case tag.Time:
		return "timestamp with time zone"
	default:
		return "jsonb"
	}
}

// bind converts a value to what the column holds; what does not fit is an error.
func (c column) bind(v tag.Value) (any, error) {
	if v.IsNull() {
		return nil, nil
	}
	switch c.kind {
	case "double precision", "real":
		if f, ok := v.Float(); ok {
			return f, nil
		}
	case "bigint", "integer", "smallint":
		if i, ok := whole(v); ok && fits(c.kind, i) {
			return i, nil
		}
	case "numeric":
		if n, ok := numeric(v); ok {
			return n, nil
		}
	case "boolean":
		if v.Kind() == tag.Bool {
			return v.Bool(), nil
		}
	case "timestamp with time zone", "timestamp without time zone":
		if ns, ok := v.Nanos(); ok {
			return time.Unix(0, ns).UTC(), nil
		}
	case "bytea":
		if v.Kind() == tag.Bytes {
			return v.Bytes(), nil
		}
	case "jsonb", "json":
		return strings.ReplaceAll(string(tag.AppendJSON(nil, v)), `\u0000`, ""), nil
	case "text", "character varying":
		if v.Kind() != tag.String {
			return string(tag.AppendJSON(nil, v)), nil
		}
		if strings.ContainsRune(v.Str(), 0) {
			return nil, fmt.Errorf("column %s cannot hold a text with a NUL", c.name)
		}
		return v.Str(), nil
	}
	return nil, fmt.Errorf("column %s is of type %s and cannot hold a %s like %.40s", c.name, c.kind, v.Kind(), tag.AppendJSON(nil, v))
}

// whole is the value as an integer, where it is a whole number.
func whole(v tag.Value) (int64, bool) {
	if i, ok := v.Int(); ok && v.Kind() != tag.Bool {
		return i, true
	}
	f, ok := v.Float()
	if !ok || v.Kind() != tag.Float || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

func fits(kind string, i int64) bool {
	switch kind {
	case "integer":
		return i == int64(int32(i))
	case "smallint":
		return i == int64(int16(i))
	default:
		return true
	}
}

// numeric is the value in full precision.
func numeric(v tag.Value) (pgtype.Numeric, bool) {
	if u, ok := v.Uint(); ok {
		return pgtype.Numeric{Int: new(big.Int).SetUint64(u), Valid: true}, true
	}
	if i, ok := whole(v); ok {
		return pgtype.Numeric{Int: big.NewInt(i), Valid: true}, true
	}
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool {
		return pgtype.Numeric{}, false
	}
	var n pgtype.Numeric
	err := n.Scan(fmt.Sprint(f))
	return n, err == nil
}
