from nestor.core import Nestor
