package iec61850

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// The bits of a Quality (IEC 61850-7-3 §6.2.1, IEC 61850-8-1 §8.1.3.2). Bits 0 and 1 are the validity.
const (
	qualityBits = 13

	qOverflow        = 2
	qOutOfRange      = 3
	qBadReference    = 4
	qOscillatory     = 5
	qFailure         = 6
	qOldData         = 7
	qInconsistent    = 8
	qInaccurate      = 9
	qSubstituted     = 10
	qTest            = 11
	qOperatorBlocked = 12
)

// qualityOf returns what a Quality says, the gravest first.
func qualityOf(q mms.Data) tag.Quality {
	if q.Kind != mms.BitString || q.Size < qualityBits {
		return tag.Bad
	}
	switch invalid, questionable := !q.Bit(0) && q.Bit(1), q.Bit(0); {
	case invalid:
		return invalidQuality(q)
	case q.Bit(qTest):
		return tag.BadOutOfService // it is not for operation (§6.2.1.6)
	case questionable:
		return questionableQuality(q)
	case q.Bit(qSubstituted):
		return tag.UncertainSubstitute
	case q.Bit(qOperatorBlocked):
		return tag.UncertainLastUsable
	default:
		return tag.Good
	}
}

func invalidQuality(q mms.Data) tag.Quality {
	switch {
	case q.Bit(qFailure):
		return tag.BadDeviceFailure
	case q.Bit(qBadReference), q.Bit(qOscillatory):
		return tag.BadSensorFailure
	case q.Bit(qOverflow), q.Bit(qOutOfRange):
		return tag.BadOutOfRange
	case q.Bit(qOldData):
		return tag.BadNoCommunication
	default:
		return tag.Bad
	}
}

func questionableQuality(q mms.Data) tag.Quality {
	switch {
	case q.Bit(qSubstituted):
		return tag.UncertainSubstitute
	case q.Bit(qOldData), q.Bit(qOperatorBlocked):
		return tag.UncertainLastUsable
	case q.Bit(qOverflow), q.Bit(qOutOfRange):
		return tag.UncertainUnitsExceeded
	case q.Bit(qBadReference), q.Bit(qOscillatory), q.Bit(qInaccurate), q.Bit(qFailure):
		return tag.UncertainSensorNotAccurate
	case q.Bit(qInconsistent):
		return tag.UncertainSubNormal
	default:
		return tag.Uncertain
	}
}

// qualified returns a value with the quality that the device tells beside it.
func qualified(v tag.Value, q tag.Quality) tag.Value {
	if q.IsGood() || v.Quality().IsBad() || v.Quality().IsUncertain() && !q.IsBad() {
		return v
	}
	return v.WithQuality(q)
}

// How far a time of a device may be off this node's clock: what is further ahead, or older, is of a clock that was never set.
const (
	ahead  = time.Hour
	behind = 10 * 365 * 24 * time.Hour
)

// instant returns when a device says that something was, in ns since the Unix epoch; 0 where it does not say, or cannot be
// believed: its clock has failed or, unless kept, is not synchronized.
func instant(t mms.Data, keep bool, now time.Time) int64 {
	at, q, ok := t.Time()
	if !ok || q&mms.ClockFailure != 0 || q&mms.NotSynchronized != 0 && !keep || at.After(now.Add(ahead)) || at.Before(now.Add(-behind)) {
		return 0
	}
	return at.UnixNano()
}
