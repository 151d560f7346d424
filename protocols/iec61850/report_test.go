package iec61850

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// mmsEpoch is a time that a binary time has.
func mmsEpoch() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }

// full is a report with all fields.
func full() []mms.Data {
	return []mms.Data{
		mms.VisibleOf("id"), mms.BitsOf(optFieldsBits, 1, 2, 3, 4, 5, 6, 7, 8, 9), mms.UintOf(5), mms.BinaryTimeOf(mmsEpoch()), mms.VisibleOf("LD0/LLN0$ds"),
		mms.BoolOf(true), mms.OctetsOf([]byte{1, 2}), mms.UintOf(1), mms.UintOf(2), mms.BoolOf(false), mms.BitsOf(3, 0, 2),
		mms.VisibleOf("a"), mms.VisibleOf("c"), mms.IntOf(7), mms.IntOf(9), mms.BitsOf(6, triggerGeneral), mms.BitsOf(6, triggerChange),
	}
}

func TestAReportIsReadByItsFields(t *testing.T) {
	r, err := parseReport(full())
	if err != nil {
		t.Fatal(err)
	}
	if r.id != "id" || r.sequence != 5 || r.part != 2 || r.dataSet != "LD0/LLN0$ds" || !r.overflow || len(r.entry) != 2 || !r.isGeneral() {
		t.Errorf("%+v", r)
	}
	if len(r.members) != 2 || r.members[1] != 2 || r.values[1].Int != 9 || !r.at.Equal(mmsEpoch()) {
		t.Errorf("%+v", r)
	}
	least, err := parseReport([]mms.Data{mms.VisibleOf("id"), mms.BitsOf(optFieldsBits), mms.BitsOf(2, 1), mms.IntOf(3)})
	if err != nil || least.sequence != -1 || least.part != -1 || len(least.values) != 1 || least.isGeneral() {
		t.Errorf("%+v, %v", least, err)
	}
	for n := range full() {
		if _, err := parseReport(full()[:n]); err == nil {
			t.Errorf("a report of %d fields is taken", n)
		}
	}
}

func FuzzReport(f *testing.F) {
	var seed []byte
	for _, d := range full() {
		seed = mms.AppendData(seed, d)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		values, err := mms.ParseData(b)
		if err != nil {
			return
		}
		if r, err := parseReport(values); err == nil && (len(r.members) != len(r.values) || r.reasons != nil && len(r.reasons) != len(r.values)) {
			t.Fatalf("%+v", r)
		}
	})
}
