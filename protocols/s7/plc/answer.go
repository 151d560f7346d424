package plc

import (
	"encoding/binary"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// answer returns the answer to a job of so many octets.
func (c *client) answer(job pdu.PDU, octets int) ([]byte, error) {
	if job.Kind == pdu.UserData {
		return c.plc.told(job)
	}
	if job.Kind != pdu.Job || len(job.Parameters) == 0 {
		return nil, fmt.Errorf("%w: kind %d", pdu.ErrPDU, job.Kind)
	}
	if pdu.Function(job.Parameters[0]) == pdu.Setup {
		return c.setUp(job)
	}
	if octets > int(c.terms.PDU) {
		c.plc.breachedf("a job of %d octets, %d were agreed", octets, c.terms.PDU)
		return refused(job, pdu.PDUTooLarge), nil
	}
	c.plc.hear(job)
	if c.plc.Fault() == NoService {
		return refused(job, pdu.NoService), nil
	}
	answer, err := c.plc.execute(job)
	if len(answer) > int(c.terms.PDU) {
		c.plc.breachedf("a job whose answer has %d octets, %d were agreed", len(answer), c.terms.PDU)
		return refused(job, pdu.PDUTooLarge), nil
	}
	return answer, err
}

func refused(job pdu.PDU, e pdu.Error) []byte {
	return pdu.Append(nil, pdu.PDU{Kind: pdu.Ack, Reference: job.Reference, Error: e})
}

// setUp agrees to terms.
func (c *client) setUp(job pdu.PDU) ([]byte, error) {
	proposed, err := pdu.ParseSetup(job)
	if err != nil {
		return nil, err
	}
	o := &c.plc.options
	c.terms = pdu.Terms{
		Calling: min(proposed.Calling, uint16(o.Jobs)), Called: min(proposed.Called, uint16(o.Jobs)),
		PDU: min(proposed.PDU, uint16(o.PDU)),
	}
	if o.MaxTPDU > 0 {
		c.maxTPDU = o.MaxTPDU
	}
	return pdu.AppendSetup(nil, pdu.AckData, job.Reference, c.terms), nil
}

// hear keeps a job.
func (p *PLC) hear(job pdu.PDU) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	job.Parameters = append([]byte(nil), job.Parameters...)
	job.Data = append([]byte(nil), job.Data...)
	p.jobs = append(p.jobs, job)
}

// execute reads or writes.
func (p *PLC) execute(job pdu.PDU) ([]byte, error) {
	items, err := pdu.ParseItems(job)
	if err != nil {
		return nil, err
	}
	if len(items) > pdu.MaxItems {
		p.breachedf("a job with %d items", len(items))
	}
	if pdu.Function(job.Parameters[0]) == pdu.ReadVar {
		outcomes := make([]pdu.Outcome, len(items))
		for i := range items {
			outcomes[i].Return, outcomes[i].Octets = p.read(items[i])
		}
		return pdu.AppendReadAnswer(nil, job.Reference, items, outcomes), nil
	}
	data, err := pdu.ParseWritten(job, len(items))
	if err != nil {
		return nil, err
	}
	returns := make([]pdu.Return, len(items))
	for i := range items {
		returns[i] = p.write(items[i], data[i])
	}
	return pdu.AppendWriteAnswer(nil, job.Reference, returns...), nil
}

// find returns the octets of an item in the memory. The mutex is held.
func (p *PLC) find(i pdu.Item) (pdu.Return, []byte) {
	at := place{i.Area, i.DB}
	if i.Area != pdu.DB {
		at.db = 0
	}
	memory, there := p.memory[at]
	from := i.Start
	if i.Area.IsNumbered() {
		from *= 2
	}
	switch {
	case p.Fault() == faulty.Refusing, i.Area == pdu.DB && p.denied[i.DB]:
		return pdu.AccessDenied, nil
	case !there:
		return pdu.NotThere, nil
	case from+i.Octets() > len(memory):
		return pdu.OutOfRange, nil
	}
	return pdu.OK, memory[from : from+i.Octets()]
}

func (p *PLC) read(i pdu.Item) (pdu.Return, []byte) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	code, octets := p.find(i)
	octets = append([]byte(nil), octets...)
	if code == pdu.OK && i.IsBit {
		octets[0] = octets[0] >> i.Bit & 1
	}
	return code, octets
}

func (p *PLC) write(i pdu.Item, octets []byte) pdu.Return {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	code, memory := p.find(i)
	switch {
	case code != pdu.OK:
		return code
	case len(memory) != len(octets):
		return pdu.TypeMismatch
	case !i.IsBit:
		copy(memory, octets)
	case octets[0] != 0:
		memory[0] |= 1 << i.Bit
	default:
		memory[0] &^= 1 << i.Bit
	}
	return pdu.OK
}

// Define gives the PLC a data block of so many octets, or takes it away where there are 0.
func (p *PLC) Define(db uint16, octets int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if octets == 0 {
		delete(p.memory, place{pdu.DB, db})
		return
	}
	p.memory[place{pdu.DB, db}] = make([]byte, octets)
}

// Deny has every access to a data block refused.
func (p *PLC) Deny(db uint16) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.denied[db] = true
}

// Set puts octets into an area, or into a data block. What is outside of it is a defect of the test.
func (p *PLC) Set(area pdu.Area, db uint16, at int, octets ...byte) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	copy(p.memory[place{area, db}][at:at+len(octets)], octets)
}

// Octets returns so many octets of an area, or of a data block.
func (p *PLC) Octets(area pdu.Area, db uint16, at, count int) []byte {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]byte(nil), p.memory[place{area, db}][at:at+count]...)
}

// szl returns a part of the system status list.
func szl(id, index uint16, record int, records ...[]byte) []byte {
	out := binary.BigEndian.AppendUint16(nil, id)
	for _, n := range [...]uint16{index, uint16(record), uint16(len(records))} {
		out = binary.BigEndian.AppendUint16(out, n)
	}
	for _, r := range records {
		out = append(out, r...)
	}
	return out
}
