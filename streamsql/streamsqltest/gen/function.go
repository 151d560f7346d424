package gen

// Function is a function that SQLite and stream SQL both have under the name.
type Function struct {
	Name    string
	MinArgs int
	MaxArgs int
}

// Functions returns the scalar functions that expressions call.
func Functions() []Function {
	return []Function{
		{"abs", 1, 1},
		{"coalesce", 2, 3},
		{"hex", 1, 1},
		{"ifnull", 2, 2},
		{"iif", 3, 3},
		{"instr", 2, 2},
		{"length", 1, 1},
		{"lower", 1, 1},
		{"ltrim", 1, 2},
		{"max", 2, 3},
		{"min", 2, 3},
		{"nullif", 2, 2},
		{"quote", 1, 1},
		{"replace", 3, 3},
		{"round", 1, 1},
		{"rtrim", 1, 2},
		{"sign", 1, 1},
		{"substr", 2, 3},
		{"trim", 1, 2},
		{"typeof", 1, 1},
		{"unicode", 1, 1},
		{"upper", 1, 1},
	}
}

func (e exprs) call(depth int) string {
	if len(e.Functions) == 0 {
		return e.leaf()
	}
	f := pick(e.Gen, e.Functions...)
	return f.Name + "(" + e.list(f.MinArgs, f.MaxArgs, depth+1) + ")"
}
