# ccache, where it is installed and nobody chose another launcher. A precompiled header is cached
# too: that needs ccache to be told, and a header without the time of its making in it.
if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(GATEHOUSE_CCACHE ccache)
  if(GATEHOUSE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${GATEHOUSE_CCACHE})
  endif()
endif()
