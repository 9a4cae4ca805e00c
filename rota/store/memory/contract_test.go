package memory_test

import (
	"testing"

	"github.com/sessional-go/sessional/internal/history/contract"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
)

func TestContract(t *testing.T) {
	contract.Run(t, func(testing.TB) desk.Store { return memory.New() })
}
