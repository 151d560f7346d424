package fn

// aggregateFunctions are the aggregates; the state of each is in a file of its
// own.
func aggregateFunctions() []*Func {
	return []*Func{
		{
			Name: "count", Family: "aggregate", Returns: Int, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any, Optional: true}},
			Aggregate: func() Aggregate { return new(count) },
			Doc:       "The number of rows where x is not NULL, or of all rows as count(*).",
			Examples:  []Example{{"count(x) FROM [1, null, 2]", "2"}, {"count(*) FROM [1, null, 2]", "3"}},
		},
		{
			Name: "sum", Family: "aggregate", Returns: Number, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return new(sum) },
			Doc: "The sum of x over the rows where it is not NULL, and NULL where there are none. " +
				"Whole numbers add up to one; one Float makes the sum a Float.",
			Examples: []Example{{"sum(x) FROM [1, 2.5, null]", "3.5"}, {"sum(x) FROM [null]", "null"}},
		},
		{
			Name: "total", Family: "aggregate", Returns: Float, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return new(total) },
			Doc:       "The sum of x as a Float, and 0 where there are no rows.",
			Examples:  []Example{{"total(x) FROM [null]", "0"}},
		},
		{
			Name: "avg", Aliases: []string{"mean"}, Family: "aggregate", Returns: Float, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return new(average) },
			Doc:       "The mean of x over the rows where it is not NULL.",
			Examples:  []Example{{"avg(x) FROM [1, null, 2]", "1.5"}, {"avg(x) FROM [null]", "null"}},
		},
		{
			Name: "min", Family: "aggregate", Returns: Any, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return &extreme{sign: -1} },
			Sliding:   func() Subtractor { return &slidingExtreme{sign: -1} },
			Doc:       "The least x of the rows where it is not NULL.",
			Examples:  []Example{{"min(x) FROM [2, null, 1]", "1"}},
		},
		{
			Name: "max", Family: "aggregate", Returns: Any, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return &extreme{sign: 1} },
			Sliding:   func() Subtractor { return &slidingExtreme{sign: 1} },
			Doc:       "The greatest x of the rows where it is not NULL.",
			Examples:  []Example{{"max(x) FROM [2, null, 1]", "2"}},
		},
		{
			Name: "collect", Aliases: []string{"json_group_array"}, Family: "aggregate", Returns: Array, Nulls: NullIsValue,
			Params:    []Param{{Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return new(collect) },
			Doc:       "An array of x of every row, or of the rows themselves as collect(*).",
			Examples:  []Example{{"collect(x) FROM [1, null]", "[1,null]"}},
		},
		{
			Name: "deduplicate", Family: "aggregate", Returns: Array | Object, Nulls: NullIsValue,
			Params: []Param{
				{Name: "x", Type: Any},
				{Name: "all", Type: Bool},
				{Name: "row", Type: Object, Row: true},
			},
			Aggregate: func() Aggregate { return new(deduplicate) },
			Doc: "The rows of which each is the first of its x, as an array; " +
				"where all is false, the last row if it is one of them, and otherwise NULL.",
			Examples: []Example{{"deduplicate(x, TRUE) FROM [1, 1]", `[{"x":1}]`}, {"deduplicate(x, FALSE) FROM [1, 2]", `{"x":2}`}, {"deduplicate(x, FALSE) FROM [1, 1]", "null"}},
		},
	}
}
