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
		{"ceil", 1, 1},
		{"ceiling", 1, 1},
		{"coalesce", 2, 3},
		{"concat", 1, 3},
		{"concat_ws", 2, 4},
		{"degrees", 1, 1},
		{"floor", 1, 1},
		{"glob", 2, 2},
		{"hex", 1, 1},
		{"if", 3, 3},
		{"ifnull", 2, 2},
		{"iif", 2, 5},
		{"instr", 2, 2},
		{"length", 1, 1},
		{"like", 2, 2},
		{"likely", 1, 1},
		{"lower", 1, 1},
		{"ltrim", 1, 2},
		{"max", 2, 3},
		{"min", 2, 3},
		{"mod", 2, 2},
		{"nullif", 2, 2},
		{"octet_length", 1, 1},
		{"pi", 0, 0},
		{"quote", 1, 1},
		{"radians", 1, 1},
		{"replace", 3, 3},
		{"round", 1, 2},
		{"rtrim", 1, 2},
		{"sign", 1, 1},
		{"soundex", 1, 1},
		{"sqrt", 1, 1},
		{"substr", 2, 3},
		{"substring", 2, 3},
		{"trim", 1, 2},
		{"trunc", 1, 1},
		{"typeof", 1, 1},
		{"unhex", 1, 2},
		{"unicode", 1, 1},
		{"unistr", 1, 1},
		{"unistr_quote", 1, 1},
		{"upper", 1, 1},
	}
}

// Approximations returns the functions whose last digits hang on who computes
// them. Expressions do not call them.
func Approximations() []Function {
	return []Function{
		{"acos", 1, 1},
		{"acosh", 1, 1},
		{"asin", 1, 1},
		{"asinh", 1, 1},
		{"atan", 1, 1},
		{"atan2", 2, 2},
		{"atanh", 1, 1},
		{"cos", 1, 1},
		{"cosh", 1, 1},
		{"exp", 1, 1},
		{"ln", 1, 1},
		{"log", 1, 1},
		{"log10", 1, 1},
		{"log2", 1, 1},
		{"pow", 2, 2},
		{"power", 2, 2},
		{"sin", 1, 1},
		{"sinh", 1, 1},
		{"tan", 1, 1},
		{"tanh", 1, 1},
	}
}

func (e exprs) call(depth int) string {
	if len(e.Functions) == 0 {
		return e.leaf()
	}
	f := pick(e.Gen, e.Functions...)
	return f.Name + "(" + e.list(f.MinArgs, f.MaxArgs, depth+1) + ")"
}
