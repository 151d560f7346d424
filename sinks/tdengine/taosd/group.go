package taosd

import (
	"fmt"
	"slices"
	"strings"
)

// run answers a selection.
func (s *selection) run() (*result, error) {
	aggregates := slices.ContainsFunc(s.items, func(i item) bool { return i.function != "" })
	r := &result{}
	for _, i := range s.items {
		r.columns = append(r.columns, i.kindOfResult(s.of))
	}
	rows := s.rows()
	if !aggregates {
		if s.interval > 0 || s.fill != "" {
			return nil, faultf(codeSyntax, "INTERVAL wants an aggregate")
		}
		for _, row := range rows {
			r.rows = append(r.rows, s.project([]record{row}))
		}
	} else {
		for _, group := range s.groups(rows) {
			r.rows = append(r.rows, group...)
		}
	}
	s.sort(r)
	r.rows = r.rows[min(s.offset, len(r.rows)):]
	if s.limit >= 0 && s.limit < len(r.rows) {
		r.rows = r.rows[:s.limit]
	}
	return r, nil
}

// rows are those that the conditions hold for, in the order of their times.
func (s *selection) rows() (all []record) {
	for _, t := range s.tables {
		for _, row := range t.sorted() {
			r := record{of: s.of, table: t, row: row, perTick: s.perTick}
			if s.where == nil || s.where(r) {
				all = append(all, r)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b record) int { return compare(a.row[0], b.row[0]) })
	return all
}

func (s *selection) project(rows []record) []any {
	row := make([]any, len(s.items))
	for i, it := range s.items {
		row[i] = it.value(rows)
	}
	return row
}

// groups divides rows by partition, and each by window.
func (s *selection) groups(rows []record) (all [][][]any) {
	var keys []string
	byKey := map[string][]record{}
	for _, r := range rows {
		var key strings.Builder
		for _, name := range s.partition {
			fmt.Fprintf(&key, "%v\x00", r.get(name))
		}
		if _, seen := byKey[key.String()]; !seen {
			keys = append(keys, key.String())
		}
		byKey[key.String()] = append(byKey[key.String()], r)
	}
	if len(keys) == 0 && len(s.partition) == 0 && s.interval == 0 && s.onlyCounts() {
		return [][][]any{{s.project(nil)}}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if s.interval == 0 {
			all = append(all, [][]any{s.project(byKey[key])})
		} else {
			all = append(all, s.windows(byKey[key]))
		}
	}
	return all
}

// onlyCounts tells whether no rows still make a row of the answer.
func (s *selection) onlyCounts() bool {
	return !slices.ContainsFunc(s.items, func(i item) bool { return i.function != "count" })
}

// windows makes a row for each interval that has rows, and for those between
// them where FILL asks for that.
func (s *selection) windows(rows []record) (all [][]any) {
	for len(rows) > 0 {
		start := floor(rows[0].row[0].(int64), s.interval)
		n := slices.IndexFunc(rows, func(r record) bool { return r.row[0].(int64) >= start+s.interval })
		if n < 0 {
			n = len(rows)
		}
		for i := range rows[:n] {
			rows[i].window = [2]int64{start, start + s.interval}
		}
		all = append(all, s.project(rows[:n]))
		last := all[len(all)-1]
		rows = rows[n:]
		for next := start + s.interval; len(rows) > 0 && s.fill != "" && next < floor(rows[0].row[0].(int64), s.interval); next += s.interval {
			all = append(all, s.filled(last, rows[0], next))
		}
	}
	return all
}

// filled is the row of a window without rows.
func (s *selection) filled(last []any, like record, start int64) []any {
	row := make([]any, len(s.items))
	like.window = [2]int64{start, start + s.interval}
	for i, it := range s.items {
		switch {
		case it.function == "":
			row[i] = like.get(it.name)
		case strings.HasPrefix(s.fill, "prev"):
			row[i] = last[i]
		}
	}
	return row
}

func floor(at, interval int64) int64 {
	return at - ((at%interval)+interval)%interval
}

// sort orders the answer by the names of its columns.
func (s *selection) sort(r *result) {
	slices.SortStableFunc(r.rows, func(a, b []any) int {
		for k, name := range s.order {
			i := slices.IndexFunc(s.items, func(it item) bool {
				return it.name == name && it.function == "" || strings.EqualFold(it.result.name, name)
			})
			if i < 0 {
				continue
			}
			c := compare(a[i], b[i])
			if s.down[k] {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}
