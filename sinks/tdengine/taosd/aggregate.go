package taosd

import "math"

// item is one of the select list: a name, or a function of one.
type item struct {
	function string // lower case; empty for the name alone
	name     string // of a column, a tag or a pseudo column; * for count(*)
	result   column // as it is called in the answer
}

// aggregates are the functions of many rows.
func isAggregate(function string) bool {
	switch function {
	case "count", "sum", "avg", "min", "max", "first", "last", "last_row", "spread", "stddev":
		return true
	default:
		return false
	}
}

// kindOfResult is the type of what the item gives.
func (i item) kindOfResult(st *stable) column {
	c := column{name: i.result.name, code: typeDouble, width: 8}
	source := column{code: typeTimestamp, width: 8}
	if at := st.column(i.name); at >= 0 {
		source = st.columns[at]
	} else if at := st.tag(i.name); at >= 0 {
		source = st.tags[at]
	} else if i.name == "tbname" {
		source = column{code: typeVarchar, width: 192}
	}
	switch i.function {
	case "count":
		c.code = typeBigint
	case "sum":
		if source.code != typeDouble && source.code != typeFloat {
			c.code = typeBigint
		}
	case "avg", "spread", "stddev":
	default:
		c.code, c.width = source.code, source.width
	}
	return c
}

// value is what the item gives of the rows of one group.
func (i item) value(rows []record) any {
	switch i.function {
	case "":
		if len(rows) == 0 {
			return nil
		}
		return rows[0].get(i.name)
	case "count":
		n := int64(0)
		for _, r := range rows {
			if i.name == "*" || r.get(i.name) != nil {
				n++
			}
		}
		return n
	case "first":
		return i.find(rows, 0, 1)
	case "last":
		return i.find(rows, len(rows)-1, -1)
	case "last_row":
		if len(rows) == 0 {
			return nil
		}
		return rows[len(rows)-1].get(i.name)
	case "min", "max":
		return i.extreme(rows)
	default:
		return i.moment(rows)
	}
}

// find is the first value that is not NULL, from one end.
func (i item) find(rows []record, from, step int) any {
	for ; from >= 0 && from < len(rows); from += step {
		if v := rows[from].get(i.name); v != nil {
			return v
		}
	}
	return nil
}

func (i item) extreme(rows []record) (best any) {
	for _, r := range rows {
		v := r.get(i.name)
		if v == nil {
			continue
		}
		if c := compare(v, best); best == nil || i.function == "min" && c < 0 || i.function == "max" && c > 0 {
			best = v
		}
	}
	return best
}

// moment is what is made of sums.
func (i item) moment(rows []record) any {
	var n, sum, squares float64
	low, high := math.Inf(1), math.Inf(-1)
	whole := true
	for _, r := range rows {
		v, ok := number(r.get(i.name))
		if !ok {
			continue
		}
		if _, isFloat := r.get(i.name).(float64); isFloat {
			whole = false
		}
		n++
		sum += v
		squares += v * v
		low, high = min(low, v), max(high, v)
	}
	switch {
	case n == 0:
		return nil
	case i.function == "avg":
		return sum / n
	case i.function == "spread":
		return high - low
	case i.function == "stddev":
		return math.Sqrt(max(squares/n-(sum/n)*(sum/n), 0))
	case whole:
		return int64(sum)
	default:
		return sum
	}
}
