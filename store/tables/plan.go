package tables

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite/vtab"
)

// shape says what a relation can filter by.
type shape struct {
	times   []int // columns of text time, in milliseconds
	exact   []int // columns of nanoseconds
	equals  []int // columns that it looks up
	ordered bool  // its rows come by time, also backwards
	summed  bool  // it reads the tiers, which begin before the rows
	unique  []int // columns of equals that together leave one series, which is ordered
}

// filter is what a scan is to give: a stretch of time, the values that columns
// are to have, the columns that are read, and the direction.
type filter struct {
	span
	equals map[int]vtab.Value
	used   uint64 // a bit per column, the last for all from 63 on
	back   bool
	empty  bool // a constraint that nothing meets
}

// reads reports whether the query reads a column.
func (f *filter) reads(column int) bool { return f.used&(1<<min(column, 63)) != 0 }

// taken is a constraint that we took on.
type taken struct {
	column int
	op     vtab.ConstraintOp
}

// plan takes on what it can of a query's constraints and order. SQLite does not
// check again what we took.
func (s shape) plan(info *vtab.IndexInfo) error {
	var all []taken
	rows := 1e6
	for i := range info.Constraints {
		c := &info.Constraints[i]
		c.ArgIndex = -1
		if !c.Usable || !s.takes(c) {
			continue
		}
		c.ArgIndex, c.Omit = len(all), true
		all = append(all, taken{c.Column, c.Op})
		rows = max(rows/10, 1)
		if c.Op == vtab.OpEQ {
			rows = max(rows/1000, 1)
		}
	}
	back, consumed := s.order(info.OrderBy, all)
	info.OrderByConsumed = consumed
	info.EstimatedRows, info.EstimatedCost = int64(rows), rows+10
	info.IdxStr = encodePlan(all, info.ColUsed, back)
	return nil
}

func (s shape) takes(c *vtab.Constraint) bool {
	if slices.Contains(s.equals, c.Column) {
		return c.Op == vtab.OpEQ
	}
	if !slices.Contains(s.times, c.Column) && !slices.Contains(s.exact, c.Column) {
		return false
	}
	switch c.Op {
	case vtab.OpEQ, vtab.OpLT, vtab.OpLE, vtab.OpGT, vtab.OpGE:
		return true
	}
	return false
}

// order reports whether the rows come as a query wants them, and whether that
// is backwards.
func (s shape) order(wanted []vtab.OrderBy, all []taken) (back, consumed bool) {
	ordered := s.ordered
	if len(s.unique) > 0 {
		ordered = !slices.ContainsFunc(s.unique, func(column int) bool {
			return !slices.Contains(all, taken{column, vtab.OpEQ})
		})
	}
	if !ordered || len(wanted) != 1 {
		return false, false
	}
	column := wanted[0].Column
	if slices.Contains(s.times, column) || slices.Contains(s.exact, column) {
		return wanted[0].Desc, true
	}
	return false, false
}

// encodePlan writes what Filter is told later: column:op, …|used|direction.
func encodePlan(all []taken, used uint64, back bool) string {
	parts := make([]string, len(all))
	for i, t := range all {
		parts[i] = fmt.Sprintf("%d:%d", t.column, t.op)
	}
	return fmt.Sprintf("%s|%x|%t", strings.Join(parts, ","), used, back)
}

func decodePlan(plan string) (all []taken, used uint64, back bool, err error) {
	parts := strings.Split(plan, "|")
	if len(parts) != 3 {
		return nil, 0, false, fmt.Errorf("plan %q has no three parts", plan)
	}
	if used, err = strconv.ParseUint(parts[1], 16, 64); err != nil {
		return nil, 0, false, err
	}
	for text := range strings.SplitSeq(parts[0], ",") {
		if text == "" {
			continue
		}
		var t taken
		if _, err := fmt.Sscanf(text, "%d:%d", &t.column, &t.op); err != nil {
			return nil, 0, false, err
		}
		all = append(all, t)
	}
	return all, used, parts[2] == "true", nil
}

// filter makes what a scan is to give of a plan and the values in it.
func (s shape) filter(plan string, values []vtab.Value, whole span, now time.Time) (f filter, err error) {
	all, used, back, err := decodePlan(plan)
	if err != nil {
		return f, err
	}
	f = filter{span: whole, equals: map[int]vtab.Value{}, used: used, back: back}
	for i, t := range all {
		switch value := values[i]; {
		case value == nil:
			f.empty = true // nothing is equal to NULL, or less
		case slices.Contains(s.equals, t.column):
			f.equals[t.column] = value
		default:
			if err := f.narrow(t.op, value, slices.Contains(s.exact, t.column), now); err != nil {
				return f, err
			}
		}
	}
	f.empty = f.empty || f.from >= f.to
	return f, nil
}

// narrow takes a bound of time in. Text has milliseconds: all rows of one are
// equal to it.
func (f *filter) narrow(op vtab.ConstraintOp, value vtab.Value, exact bool, now time.Time) error {
	var at int64
	unit := int64(1)
	if exact {
		n, ok := value.(int64)
		if !ok {
			return &Error{Text: fmt.Sprintf("ts_ns is compared with %v: want an integer of nanoseconds", value)}
		}
		at = n
	} else {
		n, err := timeOf(value, now)
		if err != nil {
			return err
		}
		n = min(max(n, earliest), latest)
		at, unit = floorTo(n, millisecond), millisecond
		if n != at && (op == vtab.OpEQ) {
			f.empty = true
			return nil
		}
		if n != at && (op == vtab.OpLT || op == vtab.OpGE) { // the text lies between two milliseconds
			at += millisecond
		}
	}
	next := at + unit
	if at > math.MaxInt64-unit {
		next = math.MaxInt64
	}
	switch op {
	case vtab.OpEQ:
		f.from, f.to = max(f.from, at), min(f.to, next)
	case vtab.OpGT:
		f.from = max(f.from, next)
	case vtab.OpGE:
		f.from = max(f.from, at)
	case vtab.OpLT:
		f.to = min(f.to, at)
	case vtab.OpLE:
		f.to = min(f.to, next)
	}
	return nil
}
