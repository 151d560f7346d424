package taosd

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lines takes line protocol: a super-table for each measurement, a table for
// each set of tags, both made and altered as the lines need it.
func (s *store) lines(db, text, precision string) (affected int, err error) {
	perTick := map[string]int64{"ns": 1, "us": 1e3, "u": 1e3, "ms": 1e6, "s": 1e9}[precision]
	if perTick == 0 {
		return 0, faultf(codeSyntax, "invalid precision %s", precision)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.database(db)
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			continue
		}
		one, err := readLine(line)
		if err != nil {
			return affected, err
		}
		one.time = one.time * perTick / d.perTick()
		if err := s.putLine(d, one); err != nil {
			return affected, err
		}
		affected++
	}
	return affected, nil
}

// point is a line that was read.
type point struct {
	measurement string
	tags        map[string]string
	fields      map[string]any
	time        int64
}

// readLine reads measurement,tag=value field=value time.
func readLine(line string) (point, error) {
	bad := faultf(codeSyntax, "invalid line: %.60s", line)
	head, rest, ok := cut(line, ' ')
	fields, stamp, ok2 := cut(rest, ' ')
	if !ok || !ok2 {
		return point{}, bad
	}
	p := point{tags: map[string]string{}, fields: map[string]any{}}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return p, bad
	}
	p.time = at
	var tags string
	p.measurement, tags, _ = cut(head, ',')
	p.measurement = unescape(p.measurement)
	for tags != "" {
		var one string
		one, tags, _ = cut(tags, ',')
		k, v, ok := cut(one, '=')
		if !ok {
			return p, bad
		}
		p.tags[unescape(k)] = unescape(v)
	}
	for fields != "" {
		var one string
		one, fields, _ = cut(fields, ',')
		k, v, ok := cut(one, '=')
		value, err := fieldValue(v)
		if !ok || err != nil {
			return p, bad
		}
		p.fields[unescape(k)] = value
	}
	return p, nil
}

// cut divides at the first separator that is neither escaped nor quoted.
func cut(s string, separator byte) (before, after string, found bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func unescape(s string) string {
	return strings.NewReplacer(`\,`, `,`, `\ `, ` `, `\=`, `=`, `\"`, `"`, `\\`, `\`).Replace(s)
}

func fieldValue(text string) (any, error) {
	switch {
	case text == "":
		return nil, faultf(codeSyntax, "a field is empty")
	case text[0] == '"' && len(text) > 1:
		return unescape(text[1 : len(text)-1]), nil
	case text == "t", text == "true", text == "T", text == "TRUE":
		return true, nil
	case text == "f", text == "false", text == "F", text == "FALSE":
		return false, nil
	}
	if digits, ok := strings.CutSuffix(text, "i"); ok {
		return strconv.ParseInt(digits, 10, 64)
	}
	if digits, ok := strings.CutSuffix(text, "u"); ok {
		return strconv.ParseUint(digits, 10, 64)
	}
	return strconv.ParseFloat(text, 64)
}

// putLine upserts a point.
func (s *store) putLine(d *database, p point) error {
	st := d.stables[p.measurement]
	if st == nil {
		st = &stable{name: p.measurement, columns: []column{{name: "_ts", kind: "TIMESTAMP", code: typeTimestamp, width: 8}}}
		d.stables[p.measurement] = st
	}
	row := []any{p.time}
	for _, name := range slices.Sorted(maps.Keys(p.fields)) {
		i, cell, err := st.grow(name, p.fields[name], d.perTick())
		if err != nil {
			return err
		}
		for len(row) <= i {
			row = append(row, nil)
		}
		row[i] = cell
	}
	var tags []any
	tags = append(tags, make([]any, len(st.tags))...)
	h := fnv.New64a()
	for _, name := range slices.Sorted(maps.Keys(p.tags)) {
		i := st.tag(name)
		if i < 0 {
			i = len(st.tags)
			st.tags, tags = append(st.tags, column{name: name, kind: "NCHAR", code: typeNchar, width: 192}), append(tags, nil)
		}
		tags[i] = p.tags[name]
		_, _ = fmt.Fprintf(h, "%s=%s,", name, p.tags[name]) // a hash takes everything
	}
	t := d.table(fmt.Sprintf("t_%s_%016x", strings.ToLower(p.measurement), h.Sum64()), st, tags)
	t.tags = tags
	return s.upsert(d, t, row)
}

// grow finds or makes the column of a field, wide enough for its value.
func (s *stable) grow(name string, v any, perTick int64) (slot int, cell any, err error) {
	kindName, width := "DOUBLE", 0
	switch v := v.(type) {
	case bool:
		kindName = "BOOL"
	case int64:
		kindName = "BIGINT"
	case uint64:
		kindName = "BIGINT UNSIGNED"
	case string:
		kindName, width = "VARCHAR", max(len(v), 16)
	}
	slot = s.column(name)
	if slot < 0 {
		k, _ := kindOf(kindName)
		slot = len(s.columns)
		s.columns = append(s.columns, column{name: name, kind: kindName, code: k.code, width: max(k.width, width)})
	}
	c := &s.columns[slot]
	if c.isVariable() {
		c.width = max(c.width, width)
	}
	cell, err = c.cell(v, perTick)
	return slot, cell, err
}
