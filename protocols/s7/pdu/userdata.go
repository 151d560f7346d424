package pdu

import (
	"encoding/binary"
	"fmt"
)

// Group is a family of requests in user data.
type Group uint8

// The groups.
const (
	BlockFunctions Group = 3
	CPUFunctions   Group = 4
)

// The requests of the groups.
const (
	ReadSZL    = 1 // of CPUFunctions
	ListBlocks = 2 // of BlockFunctions: of one type
	BlockInfo  = 3
)

// Question is a request in user data, or what continues one.
type Question struct {
	Group    Group
	Request  uint8
	Sequence uint8 // of an answer that has more; 0 begins
	Data     []byte
}

const (
	askUserData    = 0x11
	answerUserData = 0x12
	isRequest      = 0x40
	isResponse     = 0x80

	questionLen = 8  // of the parameters
	answerLen   = 12 // the same, and of what continues
)

// AppendQuestion appends a request in user data.
func AppendQuestion(dst []byte, q Question) []byte {
	group := isRequest | byte(q.Group)
	if q.Sequence == 0 {
		data := append([]byte{byte(OK), octetData, byte(len(q.Data) >> 8), byte(len(q.Data))}, q.Data...)
		parameters := [questionLen]byte{0, 1, askUserData + 1, 4, askUserData, group, q.Request, 0}
		return Append(dst, PDU{Kind: UserData, Parameters: parameters[:], Data: data})
	}
	parameters := [answerLen]byte{0, 1, askUserData + 1, 8, answerUserData, group, q.Request, q.Sequence}
	return Append(dst, PDU{Kind: UserData, Parameters: parameters[:], Data: []byte{byte(NotThere), noData, 0, 0}})
}

// Answer is what a PLC says in user data.
type Answer struct {
	Group    Group
	Request  uint8
	Sequence uint8
	More     bool // it has to be asked on, by Sequence
	Error    Error
	Return   Return
	Data     []byte
}

// ParseQuestion returns what is asked for in user data.
func ParseQuestion(p PDU) (Question, error) {
	b := p.Parameters
	if p.Kind != UserData || len(b) < questionLen || b[5]&isRequest == 0 {
		return Question{}, fmt.Errorf("%w: it is no question in user data", ErrPDU)
	}
	q := Question{Group: Group(b[5] & 0x0F), Request: b[6], Sequence: b[7]}
	if len(p.Data) >= itemDataLen {
		q.Data = p.Data[itemDataLen:]
	}
	return q, nil
}

// AppendAnswer appends an answer in user data.
func AppendAnswer(dst []byte, reference uint16, a Answer) []byte {
	parameters := [answerLen]byte{0, 1, askUserData + 1, 8, answerUserData, isResponse | byte(a.Group), a.Request, a.Sequence}
	if a.More {
		parameters[9] = 1
	}
	binary.BigEndian.PutUint16(parameters[10:], uint16(a.Error))
	form := byte(octetData)
	if a.Return != OK {
		form = noData
	}
	data := append([]byte{byte(a.Return), form, byte(len(a.Data) >> 8), byte(len(a.Data))}, a.Data...)
	return Append(dst, PDU{Kind: UserData, Reference: reference, Parameters: parameters[:], Data: data})
}

// ParseAnswer returns what is said in user data. What it returns refers to the PDU.
func ParseAnswer(p PDU) (Answer, error) {
	b := p.Parameters
	if p.Kind != UserData || len(b) < answerLen || b[5]&isResponse == 0 {
		return Answer{}, fmt.Errorf("%w: kind %d, parameters % x, asked for user data", ErrPDU, p.Kind, b[:min(len(b), answerLen)])
	}
	a := Answer{
		Group: Group(b[5] & 0x0F), Request: b[6], Sequence: b[7], More: b[9] != 0,
		Error: Error(binary.BigEndian.Uint16(b[10:])),
	}
	if len(p.Data) < itemDataLen {
		return a, fmt.Errorf("%w: it has no data", ErrPDU)
	}
	length := int(binary.BigEndian.Uint16(p.Data[2:]))
	if a.Return = Return(p.Data[0]); a.Return == OK && length != len(p.Data)-itemDataLen {
		return a, fmt.Errorf("%w: %d octets of data, of which it declares %d", ErrPDU, len(p.Data)-itemDataLen, length)
	}
	a.Data = p.Data[itemDataLen:]
	return a, nil
}

// SZL is the data of a request for a part of the system status list.
func SZL(id, index uint16) []byte {
	return []byte{byte(id >> 8), byte(id), byte(index >> 8), byte(index)}
}

const szlHeader = 8

// SZLRecords returns the records of a part of the system status list, as it was answered in one piece or several.
func SZLRecords(data []byte) ([][]byte, error) {
	if len(data) < szlHeader {
		return nil, fmt.Errorf("%w: %d octets of a system status list", ErrPDU, len(data))
	}
	length, count := int(binary.BigEndian.Uint16(data[4:])), int(binary.BigEndian.Uint16(data[6:]))
	if data = data[szlHeader:]; length == 0 || length*count > len(data) {
		return nil, fmt.Errorf("%w: %d records of %d octets in %d", ErrPDU, count, length, len(data))
	}
	records := make([][]byte, count)
	for i := range records {
		records[i] = data[i*length : (i+1)*length]
	}
	return records, nil
}

// dbType is the letter of data blocks among the types of blocks, and fileSystem that of blocks that are in use.
const (
	dbType     = 'A'
	fileSystem = 'A'
)

// DataBlocks is the data of a request for the list of data blocks.
func DataBlocks() []byte { return []byte{'0', dbType} }

const blockLen = 4

// BlockNumbers returns the numbers in a list of blocks.
func BlockNumbers(data []byte) []uint16 {
	numbers := make([]uint16, 0, len(data)/blockLen)
	for ; len(data) >= blockLen; data = data[blockLen:] {
		numbers = append(numbers, binary.BigEndian.Uint16(data))
	}
	return numbers
}

// AboutDB is the data of a request for what there is to say of a data block.
func AboutDB(number uint16) []byte { return fmt.Appendf(nil, "0%c%05d%c", dbType, number, fileSystem) }

// Where in a block's information the size of its data is.
const (
	sizeOfMC7 = 40
	infoLen   = sizeOfMC7 + 2
)

// BlockSize returns the octets of a block from its information.
func BlockSize(data []byte) (int, error) {
	if len(data) < infoLen {
		return 0, fmt.Errorf("%w: %d octets about a block", ErrPDU, len(data))
	}
	return int(binary.BigEndian.Uint16(data[sizeOfMC7:])), nil
}
