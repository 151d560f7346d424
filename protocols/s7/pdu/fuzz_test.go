package pdu_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// samples are PDUs of every kind.
func samples() [][]byte {
	items := []pdu.Item{
		{Area: pdu.DB, DB: 10, Start: 4, Count: 3}, {Area: pdu.Markers, IsBit: true, Bit: 5, Start: 1, Count: 1}, {Area: pdu.Timers, Start: 5, Count: 2},
	}
	outcomes := []pdu.Outcome{{Return: pdu.OK, Octets: []byte{1, 2, 3}}, {Return: pdu.NotThere}, {Return: pdu.OK, Octets: []byte{0, 1, 0, 2}}}
	return [][]byte{
		pdu.AppendSetup(nil, pdu.Job, 0, pdu.Terms{Calling: 8, Called: 8, PDU: 960}),
		pdu.AppendSetup(nil, pdu.AckData, 0, pdu.Terms{Calling: 1, Called: 1, PDU: 240}),
		pdu.AppendRead(nil, items...), pdu.AppendReadAnswer(nil, 7, items, outcomes),
		pdu.AppendWrite(nil, items[0], []byte{1, 2, 3}), pdu.AppendWrite(nil, items[1], []byte{1}), pdu.AppendWrite(nil, items[2], []byte{0, 1, 0, 2}),
		pdu.AppendWriteAnswer(nil, 7, pdu.OK), pdu.Append(nil, pdu.PDU{Kind: pdu.Ack, Error: pdu.NoService}),
		pdu.AppendQuestion(nil, pdu.Question{Group: pdu.CPUFunctions, Request: pdu.ReadSZL, Data: pdu.SZL(0x11, 0)}),
		pdu.AppendQuestion(nil, pdu.Question{Group: pdu.BlockFunctions, Request: pdu.ListBlocks, Sequence: 3}),
		pdu.AppendAnswer(nil, 9, pdu.Answer{Group: pdu.BlockFunctions, Request: pdu.ListBlocks, Return: pdu.OK, More: true, Data: []byte{0, 1, 0x22, 5}}),
	}
}

func FuzzPDU(f *testing.F) {
	for _, b := range samples() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := pdu.Parse(b)
		if err != nil {
			if !errors.Is(err, pdu.ErrPDU) {
				t.Fatal(err)
			}
			return
		}
		again, err := pdu.Parse(pdu.Append(nil, p))
		if err != nil || again.Reference != p.Reference || again.Error != p.Error || !bytes.Equal(again.Parameters, p.Parameters) || !bytes.Equal(again.Data, p.Data) {
			t.Fatalf("%+v is read back as %+v, %v", p, again, err)
		}
		known := []error{nil}
		_, err = pdu.ParseSetup(p)
		known = append(known, err)
		_, err = pdu.ParseWrite(p)
		known = append(known, err)
		_, err = pdu.ParseQuestion(p)
		known = append(known, err, readItems(p), writtenItems(t, p), userData(p))
		for _, err := range known {
			if err != nil && !errors.Is(err, pdu.ErrPDU) {
				t.Fatal(err)
			}
		}
	})
}

// readItems takes an answer apart as if it were to as many items as it says.
func readItems(p pdu.PDU) error {
	if len(p.Parameters) != 2 {
		return nil
	}
	count := int(p.Parameters[1])
	items, err := pdu.ParseRead(p, count)
	for range count {
		if err == nil {
			_, _, err = items.Next()
		}
	}
	return err
}

func writtenItems(t *testing.T, p pdu.PDU) error {
	t.Helper()
	items, err := pdu.ParseItems(p)
	if err != nil {
		return err
	}
	if p.Parameters[0] == byte(pdu.ReadVar) && len(items) > 0 && items[0].Count <= pdu.MaxStart {
		job, err := pdu.Parse(pdu.AppendRead(nil, items...))
		if err != nil {
			t.Fatal(err)
		}
		if back, err := pdu.ParseItems(job); err != nil || len(back) != len(items) {
			t.Fatalf("%v is read back as %v, %v", items, back, err)
		}
		return nil
	}
	_, err = pdu.ParseWritten(p, len(items))
	return err
}

func userData(p pdu.PDU) error {
	a, err := pdu.ParseAnswer(p)
	if err != nil {
		return err
	}
	_ = pdu.BlockNumbers(a.Data)
	if _, err := pdu.BlockSize(a.Data); err != nil && !errors.Is(err, pdu.ErrPDU) {
		return err
	}
	_, err = pdu.SZLRecords(a.Data)
	return err
}
