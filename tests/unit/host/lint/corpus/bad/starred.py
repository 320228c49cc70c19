from time import *

from .deeper import *
