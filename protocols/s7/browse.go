package s7

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/link"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/tag"
)

var _ protocols.Browser = (*session)(nil)

// browsing is how long a PLC may take with an answer to a browser.
const browsing = 10 * time.Second

// browser asks on behalf of Browse, one job at a time, beside the session's own.
type browser struct {
	*session
	call [1]link.Call
}

// Browse is described at protocols.Browser. The root is who the PLC says that it is, and its data blocks with their octets,
// where it tells. Below a data block are its words: what a symbol stands for, a PLC does not tell.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	b := &browser{session: s}
	if address == "" {
		return b.root(ctx, found)
	}
	digits, isBlock := strings.CutPrefix(strings.ToUpper(address), "DB")
	db, err := strconv.ParseUint(digits, 10, 16)
	if !isBlock || err != nil || db == 0 {
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse %.40q: want DB1 to DB65535", address)}
	}
	return b.block(ctx, uint16(db), found)
}

// root tells identity and data blocks.
func (b *browser) root(ctx context.Context, found func(protocols.Item)) error {
	who, err := b.identity(ctx)
	for _, item := range who {
		found(item)
	}
	if isFault(err) {
		return err
	}
	list, err := b.ask(ctx, "ask for the data blocks", pdu.BlockFunctions, pdu.ListBlocks, pdu.DataBlocks())
	if isFault(err) {
		return err
	}
	if err != nil {
		found(protocols.Item{Name: "data blocks", Value: tag.StringOf("the PLC does not tell (an S7-1200 or S7-1500 never does): browse DB1, DB2 …")})
	}
	numbers := pdu.BlockNumbers(list)
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	for _, db := range numbers {
		item := protocols.Item{Address: blockName(pdu.DB, db), Name: blockName(pdu.DB, db), Folder: true}
		info, err := b.ask(ctx, "ask for the size of "+item.Name, pdu.BlockFunctions, pdu.BlockInfo, pdu.AboutDB(db))
		if isFault(err) {
			return err
		}
		if size, bad := pdu.BlockSize(info); err == nil && bad == nil {
			item.Value = tag.UintOf(uint64(size))
		}
		found(item)
	}
	return nil
}

// isFault reports whether an error is none that the PLC has answered with.
func isFault(err error) bool {
	_, refused := errors.AsType[*protocols.Refusal](err)
	return err != nil && !refused
}

// The parts of the system status list that tell who a PLC is.
const (
	moduleID    = 0x0011
	componentID = 0x001C
)

// identity tells who the PLC says that it is: nothing where it does not.
func (b *browser) identity(ctx context.Context) (items []protocols.Item, err error) {
	say := func(name, value string) {
		if value = strings.TrimRight(value, " \x00"); value != "" {
			items = append(items, protocols.Item{Name: name, Value: tag.StringOf(latin([]byte(value)))})
		}
	}
	components, err := b.szl(ctx, componentID)
	if isFault(err) {
		return nil, err
	}
	names := map[uint16]string{1: "PLC", 2: "module", 3: "plant", 5: "serial number", 7: "module type"}
	for _, r := range components {
		if name := names[binary.BigEndian.Uint16(r)]; name != "" {
			say(name, string(r[2:]))
		}
	}
	modules, err := b.szl(ctx, moduleID)
	for _, r := range modules {
		const order, version = 20, 26 // where the order number ends, and where V begins in its place of the last three octets
		switch index := binary.BigEndian.Uint16(r); {
		case len(r) < version+2:
		case index == 1:
			say("order number", string(r[2:2+order]))
		case index == 7:
			say("firmware", fmt.Sprintf("V%d.%d.%d", r[version-1], r[version], r[version+1]))
		}
	}
	return items, err
}

// szl asks for the records of a part of the system status list.
func (b *browser) szl(ctx context.Context, id uint16) ([][]byte, error) {
	doing := fmt.Sprintf("ask for the system status list %04X", id)
	data, err := b.ask(ctx, doing, pdu.CPUFunctions, pdu.ReadSZL, pdu.SZL(id, 0))
	if err != nil {
		return nil, err
	}
	records, err := pdu.SZLRecords(data)
	if err != nil {
		return nil, mistrusted(doing, err)
	}
	return records, nil
}

// maxAnswer bounds what is put together of the pieces of an answer.
const maxAnswer = 1 << 20

// ask asks in user data, until the answer is whole.
func (b *browser) ask(ctx context.Context, doing string, group pdu.Group, request uint8, data []byte) (whole []byte, err error) {
	q := pdu.Question{Group: group, Request: request, Data: data}
	for {
		answer, err := b.exchange(ctx, doing, pdu.AppendQuestion(nil, q))
		if err != nil {
			return nil, err
		}
		a, err := pdu.ParseAnswer(answer)
		if err == nil && len(whole)+len(a.Data) > maxAnswer {
			err = fmt.Errorf("%w: it does not end", pdu.ErrPDU)
		}
		switch {
		case err != nil:
			return nil, mistrusted(doing, err)
		case a.Error != 0:
			return nil, &protocols.Refusal{Quality: tag.BadNotSupported, Err: fmt.Errorf("%s: %w", doing, a.Error)}
		case a.Return != pdu.OK:
			return nil, &protocols.Refusal{Quality: qualityOf(a.Return), Err: fmt.Errorf("%s: the PLC says %q", doing, a.Return)}
		}
		whole = append(whole, a.Data...)
		if q.Sequence = a.Sequence; !a.More || q.Sequence == 0 {
			return whole, nil
		}
	}
}

// exchange has one job answered. A PLC that does not answer what it does not know costs the connection nothing but a place.
func (b *browser) exchange(ctx context.Context, doing string, job []byte) (pdu.PDU, error) {
	ctx, cancel := context.WithTimeout(ctx, browsing)
	defer cancel()
	b.call[0].Request = job
	if err := b.conn.Exchange(ctx, 0, b.call[:]); err != nil {
		return pdu.PDU{}, b.fault(doing, b.call[0].Sent, err)
	}
	if answer := b.call[0].Answer; answer.Error == 0 {
		return answer, nil
	}
	q, cause := refusedJob(b.call[0].Answer.Error)
	return pdu.PDU{}, &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: %w", doing, cause)}
}

// block tells the words of a data block and what they hold.
func (b *browser) block(ctx context.Context, db uint16, found func(protocols.Item)) error {
	size, err := b.size(ctx, db)
	if err != nil {
		return err
	}
	for _, of := range cut(nil, 0, span{end: size}, b.terms.piece()) {
		octets, code, err := b.item(ctx, pdu.Item{Area: pdu.DB, DB: db, Start: of.first, Count: of.octets})
		if err != nil {
			return err
		}
		if code != pdu.OK {
			return refusedBlock(db, code, of.first+of.octets)
		}
		for i := 0; i+2 <= len(octets); i += 2 {
			address := fmt.Sprintf("DB%d.DBW%d", db, of.first+i)
			value := tag.UintOf(uint64(binary.BigEndian.Uint16(octets[i:])))
			found(protocols.Item{Address: address, Name: address, Type: wordForm.String(), Writable: true, Value: value})
		}
	}
	return nil
}

// size finds how long a data block is, by what of it can be read: some PLCs do not tell.
func (b *browser) size(ctx context.Context, db uint16) (int, error) {
	var failure error
	last := pdu.OK
	size := sort.Search(lastOctet+1, func(at int) bool {
		if failure != nil {
			return true
		}
		var code pdu.Return
		_, code, failure = b.item(ctx, pdu.Item{Area: pdu.DB, DB: db, Start: at, Count: 1})
		if code != pdu.OK {
			last = code
		}
		return code != pdu.OK
	})
	switch {
	case failure != nil:
		return 0, failure
	case size == 0:
		return 0, refusedBlock(db, last, 1)
	default:
		return size, nil
	}
}

// item reads one.
func (b *browser) item(ctx context.Context, i pdu.Item) ([]byte, pdu.Return, error) {
	doing := "browse " + blockName(i.Area, i.DB)
	answer, err := b.exchange(ctx, doing, pdu.AppendRead(nil, i))
	if err != nil {
		return nil, 0, err
	}
	octets, code, err := onlyItem(answer, i)
	if err != nil {
		return nil, 0, mistrusted(doing, err)
	}
	return octets, code, nil
}

func refusedBlock(db uint16, code pdu.Return, octets int) error {
	return &protocols.Refusal{
		Quality: qualityOf(code), Err: fmt.Errorf("browse %s: %w", blockName(pdu.DB, db), causeOf(code, pdu.DB, db, octets)),
	}
}
