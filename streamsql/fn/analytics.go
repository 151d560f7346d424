package fn

// analyticFunctions are the functions over the rows before; the state of each
// is in a file of its own.
func analyticFunctions() []*Func {
	return []*Func{
		{
			Name: "lag", Family: "analytic", Returns: Any, Nulls: NullIsValue,
			Params: []Param{
				{Name: "x", Type: Any},
				{Name: "rows", Type: Number, Optional: true, Constant: true, Refuse: refuseLag},
				{Name: "default", Type: Any, Optional: true},
				{Name: "ignore_null", Type: Bool, Optional: true},
			},
			Analytic: func() Analytic { return new(lag) },
			Doc: "The value that x had that many rows (1) before, or default (NULL) where there were not so many. " +
				"Rows where x is NULL do not count, unless ignore_null is false.",
			Examples: []Example{{"lag(x, 1, 0) FROM [1, 2, 3]", "[0,1,2]"}, {"lag(x) FROM [1, null, 3]", "[null,1,1]"}, {"lag(x, 1, 0, FALSE) FROM [1, null, 3]", "[0,1,null]"}},
		},
		{
			Name: "latest", Family: "analytic", Returns: Any, Nulls: NullIsValue,
			Params:   []Param{{Name: "x", Type: Any}, {Name: "default", Type: Any, Optional: true}},
			Analytic: func() Analytic { return new(latest) },
			Doc:      "The last x that was not NULL, up to and with this row, or default where there was none.",
			Examples: []Example{{"latest(x) FROM [1, null, 2]", "[1,1,2]"}, {"latest(x, 0) FROM [null, 1]", "[0,1]"}},
		},
		{
			Name: "had_changed", Family: "analytic", Returns: Bool, Nulls: NullIsValue,
			Params: []Param{
				{Name: "ignore_null", Type: Bool},
				{Name: "x", Type: Any},
				{Name: "more", Type: Any, Rest: true},
			},
			Analytic: func() Analytic { return new(hadChanged) },
			Doc: "Whether x or any of the others differs from the row before; at the first row, whether it is there. " +
				"With ignore_null a NULL is no change.",
			Examples: []Example{{"had_changed(TRUE, x) FROM [1, 1, null, 2]", "[true,false,false,true]"}, {"had_changed(FALSE, x) FROM [1, 1, null, 2]", "[true,false,true,true]"}},
		},
		{
			Name: "changed_col", Family: "analytic", Returns: Any, Nulls: NullIsValue,
			Params:   []Param{{Name: "ignore_null", Type: Bool}, {Name: "x", Type: Any}},
			Analytic: func() Analytic { return new(changedCol) },
			Doc: "The value of x where it differs from the row before, and otherwise NULL. " +
				"With ignore_null a NULL is no change.",
			Examples: []Example{{"changed_col(TRUE, x) FROM [1, 1, 2]", "[1,null,2]"}},
		},
		{
			Name: "changed_cols", Family: "analytic", Returns: Object, Nulls: NullIsValue, Spread: true,
			Params: []Param{
				{Name: "prefix", Type: Text},
				{Name: "ignore_null", Type: Bool},
				{Name: "columns", Type: Any, Named: true},
			},
			Analytic: func() Analytic { return new(changedCols) },
			Doc: "The columns that differ from the row before, as columns of the output with the prefix before their names. " +
				"With ignore_null a NULL is no change.",
		},
	}
}
