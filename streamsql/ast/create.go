package ast

import "strings"

// CreateStream is CREATE STREAM or CREATE TABLE in eKuiper's form, kept as a
// definition: nothing is created by it here.
type CreateStream struct {
	Pos
	Table   bool // CREATE TABLE
	Name    Name
	Fields  []*Field // empty: the stream has no fixed schema
	Options []*Option
}

// Option returns the value of an option of the WITH list, whatever its case;
// ok tells whether the list has it.
func (c *CreateStream) Option(name string) (value string, ok bool) {
	for _, o := range c.Options {
		if strings.EqualFold(o.Name.Text, name) {
			return o.Value, true
		}
	}
	return "", false
}

// Field is one column of a CREATE STREAM, or of a STRUCT.
type Field struct {
	Pos
	Name Name
	Type *Type
}

// Option is one entry of WITH (NAME = "value", …). Values are text in the
// language itself, numbers and switches too.
type Option struct {
	Pos
	Name  Name
	Value string
}

// Type is the type of a column or of a CAST.
type Type struct {
	Pos
	// Name is upper case: BIGINT, FLOAT, STRING, BYTEA, DATETIME, BOOLEAN,
	// ARRAY or STRUCT; in a CAST any type name of SQLite, words apart by one
	// space, without its sizes.
	Name   string
	Elem   *Type    // ARRAY: type of its elements; nil: any
	Fields []*Field // STRUCT
}
