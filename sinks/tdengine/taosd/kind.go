package taosd

// Types of columns, as the wire numbers them (taos.h).
const (
	typeBool      = 1
	typeTinyint   = 2
	typeSmallint  = 3
	typeInt       = 4
	typeBigint    = 5
	typeFloat     = 6
	typeDouble    = 7
	typeVarchar   = 8
	typeTimestamp = 9
	typeNchar     = 10
	typeUTinyint  = 11
	typeUSmallint = 12
	typeUInt      = 13
	typeUBigint   = 14
	typeVarbinary = 16
)

// kind is a type of columns.
type kind struct {
	code  int8
	width int // in bytes; of those that vary, in the table
}

// kindOf finds a type by its name in SQL.
func kindOf(name string) (kind, bool) {
	switch name {
	case "BOOL":
		return kind{typeBool, 1}, true
	case "TINYINT":
		return kind{typeTinyint, 1}, true
	case "SMALLINT":
		return kind{typeSmallint, 2}, true
	case "INT", "INTEGER":
		return kind{typeInt, 4}, true
	case "BIGINT":
		return kind{typeBigint, 8}, true
	case "FLOAT":
		return kind{typeFloat, 4}, true
	case "DOUBLE":
		return kind{typeDouble, 8}, true
	case "VARCHAR", "BINARY":
		return kind{typeVarchar, 0}, true
	case "NCHAR":
		return kind{typeNchar, 0}, true
	case "TIMESTAMP":
		return kind{typeTimestamp, 8}, true
	case "VARBINARY":
		return kind{typeVarbinary, 0}, true
	case "TINYINT UNSIGNED":
		return kind{typeUTinyint, 1}, true
	case "SMALLINT UNSIGNED":
		return kind{typeUSmallint, 2}, true
	case "INT UNSIGNED":
		return kind{typeUInt, 4}, true
	case "BIGINT UNSIGNED":
		return kind{typeUBigint, 8}, true
	default:
		return kind{}, false
	}
}

// column is a column or a tag of a super-table.
type column struct {
	name  string
	kind  string
	code  int8
	width int
	key   bool // with the time
}

func (c column) isVariable() bool {
	return c.code == typeVarchar || c.code == typeNchar || c.code == typeVarbinary
}
