package iec61850

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// report is what a report control block sends (IEC 61850-8-1 §17.2): a head whose fields OptFlds tells, and members of a data set.
type report struct {
	id       string
	dataSet  string
	sequence int64 // -1: it is not told
	part     int64 // of one in several; -1: it is whole
	at       time.Time
	overflow bool   // the device had no room for all
	entry    []byte // EntryID; nil: it is not told
	members  []int  // of the data set, counted from 0
	values   []mms.Data
	reasons  []mms.Data // of each; nil: they are not told
}

// Bits of OptFlds.
const (
	optSequence    = 1
	optTime        = 2
	optReason      = 3
	optDataSet     = 4
	optReference   = 5
	optOverflow    = 6
	optEntry       = 7
	optRevision    = 8
	optSegmented   = 9
	optFieldsBits  = 10
	triggerBits    = 6
	triggerChange  = 1
	triggerQuality = 2
	triggerUpdate  = 3
	triggerPeriod  = 4
	triggerGeneral = 5 // general interrogation, as a trigger and as a reason
)

// reader takes values one after the other.
type reader struct {
	values []mms.Data
	err    error
}

// next takes the next value, which is to be of a kind.
func (r *reader) next(what string, kind mms.Kind) (d mms.Data) {
	switch {
	case r.err != nil:
	case len(r.values) == 0:
		r.err = fmt.Errorf("%w: a report that ends before %s", mms.ErrPDU, what)
	case r.values[0].Kind != kind:
		r.err = fmt.Errorf("%w: a report whose %s is a %v", mms.ErrPDU, what, r.values[0].Kind)
	default:
		d, r.values = r.values[0], r.values[1:]
	}
	return d
}

// parseReport reads a report.
func parseReport(values []mms.Data) (report, error) {
	in := &reader{values: values}
	r := report{sequence: -1, part: -1, id: string(in.next("RptID", mms.Visible).Octets)}
	fields := in.next("OptFlds", mms.BitString)
	if fields.Bit(optSequence) {
		r.sequence = in.next("SqNum", mms.Unsigned).Int
	}
	if fields.Bit(optTime) {
		r.at, _, _ = in.next("TimeOfEntry", mms.BinaryTime).Time()
	}
	if fields.Bit(optDataSet) {
		r.dataSet = string(in.next("DatSet", mms.Visible).Octets)
	}
	if fields.Bit(optOverflow) {
		r.overflow = in.next("BufOvfl", mms.Boolean).Int != 0
	}
	if fields.Bit(optEntry) {
		r.entry = in.next("EntryID", mms.Octets).Octets
	}
	if fields.Bit(optRevision) {
		in.next("ConfRev", mms.Unsigned)
	}
	if fields.Bit(optSegmented) {
		r.part = in.next("SubSqNum", mms.Unsigned).Int
		in.next("MoreSegmentsFollow", mms.Boolean)
	}
	inclusion := in.next("Inclusion", mms.BitString)
	for i := range inclusion.Size {
		if inclusion.Bit(i) {
			r.members = append(r.members, i)
		}
	}
	if fields.Bit(optReference) {
		for range r.members {
			in.next("DataRef", mms.Visible)
		}
	}
	err := r.take(in, fields.Bit(optReason))
	return r, err
}

// take takes the values, and the reasons behind them.
func (r *report) take(in *reader, reasons bool) error {
	n := len(r.members)
	if in.err == nil && len(in.values) < n {
		in.err = fmt.Errorf("%w: a report of %d members with %d values", mms.ErrPDU, n, len(in.values))
	}
	if in.err != nil {
		return in.err
	}
	r.values, in.values = in.values[:n:n], in.values[n:]
	for range n {
		if reasons {
			r.reasons = append(r.reasons, in.next("ReasonCode", mms.BitString))
		}
	}
	return in.err
}

// isGeneral reports whether the report tells how things are because it was asked for that.
func (r *report) isGeneral() bool {
	for _, reason := range r.reasons {
		if reason.Bit(triggerGeneral) {
			return true
		}
	}
	return false
}
