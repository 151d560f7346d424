package iec61850

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// block is a report control block of the device: RP unbuffered, BR buffered.
type block struct {
	name     mms.Name
	buffered bool
	enabled  bool // by whomever
	reserved bool
	id       string
	dataSet  mms.Name
	members  []mms.Name

	// While it reports to a subscription; under the subscription's lock.
	sequence int64 // of the last report; -1: there was none
	settled  bool  // a general interrogation has been told: what comes now is how things are
}

// blocks lists the report control blocks of logical devices, with what they are set to.
func (s *session) blocks(ctx context.Context, domains []string) (all []*block, err error) {
	for _, domain := range domains {
		names, err := s.names(ctx, "list the report control blocks of "+domain, mms.Variables, domain)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if parts := strings.Split(n, "$"); len(parts) == 3 && (parts[1] == "RP" || parts[1] == "BR") {
				all = append(all, &block{name: mms.Name{Domain: domain, Item: n}, buffered: parts[1] == "BR", sequence: -1})
			}
		}
	}
	for _, b := range all {
		if err := s.look(ctx, b); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(x, y *block) int {
		if x.buffered == y.buffered {
			return 0
		}
		if x.buffered {
			return -1
		}
		return 1
	})
	return all, nil
}

// attribute returns the name of a part of a block.
func (b *block) attribute(name string) mms.Name {
	return mms.Name{Domain: b.name.Domain, Item: b.name.Item + "$" + name}
}

// reservation returns the attribute by which a block is reserved.
func (b *block) reservation() string {
	if b.buffered {
		return "ResvTms"
	}
	return "Resv"
}

// look reads what a block is set to, and the members of its data set.
func (s *session) look(ctx context.Context, b *block) error {
	doing := "read " + b.name.String()
	body, err := s.ask(ctx, doing, mms.ReadRequest(
		b.attribute("RptID"), b.attribute("DatSet"), b.attribute("RptEna"), b.attribute(b.reservation())))
	if err != nil {
		return unlessRefused(err)
	}
	values, err := mms.ParseRead(body, 4)
	if err != nil {
		return s.judge(doing, err)
	}
	b.id, b.enabled = string(values[0].Octets), values[2].Kind != mms.Boolean || values[2].Int != 0
	b.reserved = values[3].Kind != mms.Failure && values[3].Int > 0
	if b.id == "" {
		b.id = b.name.String()
	}
	domain, item, ok := strings.Cut(string(values[1].Octets), "/")
	if !ok || values[1].Kind == mms.Failure {
		return nil // it has no data set
	}
	b.dataSet = mms.Name{Domain: domain, Item: item}
	if body, err = s.ask(ctx, "read the members of "+b.dataSet.String(), mms.ListRequest(b.dataSet)); err != nil {
		return unlessRefused(err)
	}
	if b.members, err = mms.ParseList(body); err != nil {
		return s.judge("read the members of "+b.dataSet.String(), err)
	}
	return nil
}

// unlessRefused returns an error that is no refusal.
func unlessRefused(err error) error {
	if _, refused := err.(*protocols.Refusal); refused { //nolint:errorlint // it is made here, and not wrapped
		return nil
	}
	return err
}

// way returns how a member of a data set leads into an object; ok is false where it is another's.
func (o *object) way(member mms.Name) (way []int, ok bool) {
	rest, isPart := strings.CutPrefix(member.Item, o.name.Item)
	if !isPart || member.Domain != o.name.Domain || rest != "" && rest[0] != '$' {
		return nil, false
	}
	t := &o.typ
	for part := range strings.SplitSeq(strings.TrimPrefix(rest, "$"), "$") {
		if part == "" {
			break
		}
		i, inner, known := t.Component(part)
		if !known {
			return nil, false
		}
		way, t = append(way, i), inner
	}
	return way, true
}

// leadsTo reports whether a way is the beginning of another.
func leadsTo(way, to []int) bool { return len(way) <= len(to) && slices.Equal(way, to[:len(way)]) }

// covers reports whether a block's data set has a tag's value.
func (b *block) covers(r reading) bool {
	for _, member := range b.members {
		if way, ok := r.place.object.way(member); ok && leadsTo(way, r.place.value) {
			return true
		}
	}
	return false
}

// choose returns the blocks that report tags, buffered ones first, and none twice for a data set; rest are the tags that none
// reports. wanted are those that the configuration names; with none, whichever are free.
func choose(all []*block, tags []reading, wanted []string) (chosen []*block, rest []reading) {
	taken := map[mms.Name]bool{}
	rest = tags
	for _, b := range all {
		free := !b.enabled && !b.reserved
		if len(wanted) > 0 {
			free = slices.Contains(wanted, b.reference())
		}
		if !free || taken[b.dataSet] || !slices.ContainsFunc(rest, b.covers) {
			continue
		}
		taken[b.dataSet] = true
		chosen = append(chosen, b)
		rest = slices.DeleteFunc(slices.Clone(rest), b.covers)
	}
	return chosen, rest
}

// reference returns the name of a block as it is configured.
func (b *block) reference() string {
	parts := strings.Split(b.name.Item, "$")
	return fmt.Sprintf("%s/%s.%s", b.name.Domain, parts[0], parts[2])
}
