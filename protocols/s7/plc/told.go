package plc

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// slice is how many octets of user data go into one answer.
const slice = 200

// told answers what is asked in user data.
func (p *PLC) told(job pdu.PDU) ([]byte, error) {
	q, err := pdu.ParseQuestion(job)
	if err != nil {
		return nil, err
	}
	whole, refusal := p.tell(q)
	a := pdu.Answer{Group: q.Group, Request: q.Request, Sequence: q.Sequence + 1, Return: pdu.OK, Error: refusal}
	if refusal != 0 {
		a.Return = pdu.NotThere
	}
	from := min(int(q.Sequence)*slice, len(whole))
	to := min(from+slice, len(whole))
	a.Data, a.More = whole[from:to], to < len(whole)
	return pdu.AppendAnswer(nil, job.Reference, a), nil
}

// tell returns all that there is to say. What continues an answer does not say what was asked: it is the list of blocks,
// since nothing else is long.
func (p *PLC) tell(q pdu.Question) ([]byte, pdu.Error) {
	switch {
	case q.Group == pdu.CPUFunctions && q.Request == pdu.ReadSZL && len(q.Data) >= 4:
		return p.status(binary.BigEndian.Uint16(q.Data))
	case q.Group != pdu.BlockFunctions || !p.options.Listing:
		return nil, pdu.NoService
	case q.Request == pdu.ListBlocks:
		var list []byte
		for _, db := range p.blocks() {
			list = append(binary.BigEndian.AppendUint16(list, db), 0x22, 5)
		}
		return list, 0
	case q.Request == pdu.BlockInfo:
		return p.about(q.Data)
	}
	return nil, pdu.NoService
}

func (p *PLC) blocks() []uint16 {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var numbers []uint16
	for at := range maps.Keys(p.memory) {
		if at.area == pdu.DB {
			numbers = append(numbers, at.db)
		}
	}
	return slices.Sorted(slices.Values(numbers))
}

// about tells the size of a block.
func (p *PLC) about(request []byte) ([]byte, pdu.Error) {
	var db uint16
	if len(request) < 8 {
		return nil, pdu.NoSuchBlock
	}
	if _, err := fmt.Sscanf(string(request[2:7]), "%05d", &db); err != nil {
		return nil, pdu.NoSuchBlock
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	memory, there := p.memory[place{pdu.DB, db}]
	if !there {
		return nil, pdu.NoSuchBlock
	}
	info := make([]byte, 78)
	binary.BigEndian.PutUint16(info[12:], db)
	binary.BigEndian.PutUint16(info[40:], uint16(len(memory)))
	return info, 0
}

// status returns a part of the system status list: who it is.
func (p *PLC) status(id uint16) ([]byte, pdu.Error) {
	text := func(index uint16, octets int, s string) []byte {
		record := binary.BigEndian.AppendUint16(nil, index)
		return append(append(record, s...), make([]byte, octets)...)[:2+octets]
	}
	switch id {
	case 0x0011:
		module := append(text(1, 20, "6ES7 315-2EH14-0AB0 "), 0, 0xC0, 0, 4, 0, 1)
		firmware := append(text(7, 20, "                    "), 0, 0xC0, 'V', 3, 2, 6)
		return szl(id, 0, 28, module, firmware), 0
	case 0x001C:
		return szl(id, 0, 34, text(1, 32, "SNAP7-SERVER"), text(2, 32, "CPU 315-2 PN/DP"), text(5, 32, "S C-C2UR28922012")), 0
	default:
		return nil, pdu.NoSuchSZL
	}
}
