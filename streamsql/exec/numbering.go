package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// numbered is a candidate with what a numbering counts it by.
type numbered struct {
	candidate
	partition, order []tag.Value
}

// number counts the candidates for each numbering. It leaves them in the order
// in which the last one counts, which is the order of the output where there is
// no ORDER BY. Those for whose values there is no room fail and are left out.
func (e *emission) number(list []candidate) []candidate {
	for i := range e.staged.plan.Numberings {
		list = e.numberBy(&e.staged.plan.Numberings[i], list)
	}
	return list
}

func (e *emission) numberBy(n *plan.Numbering, list []candidate) []candidate {
	rows := make([]numbered, 0, len(list))
	for i := range list {
		e.stand(&list[i])
		row := numbered{candidate: list[i]}
		for _, p := range n.Partition {
			row.partition = append(row.partition, e.sortValue(p))
		}
		for _, term := range n.Order {
			row.order = append(row.order, e.sortValue(term.Expr))
		}
		if e.sorts(&list[i]) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b numbered) int {
		if c := slices.CompareFunc(a.partition, b.partition, value.Compare); c != 0 {
			return c
		}
		return e.compare(n.Order, a.order, b.order)
	})
	e.check(nil)
	place := int64(0)
	for i := range rows {
		if i > 0 && slices.CompareFunc(rows[i-1].partition, rows[i].partition, value.Compare) != 0 {
			place = 0
		}
		place++
		list[i] = rows[i].candidate
		list[i].places = append(list[i].places, place)
	}
	return list[:len(rows)]
}
