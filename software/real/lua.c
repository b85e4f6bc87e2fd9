/* Lua: runs the script work.lua, which checks itself; what it returns is printed. */
#include "real.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int main(void)
{
    lua_State *lua = luaL_newstate();

    expect(lua, "memory");
    luaL_openlibs(lua);
    lua_pushinteger(lua, LONG_OR_SHORT(2, 1));
    lua_setglobal(lua, "ROUNDS");
    lua_pushinteger(lua, LONG_OR_SHORT(10, 1));
    lua_setglobal(lua, "SIZE");
    roi_begin();
    if (luaL_loadbuffer(lua, (const char *)embedded, embedded_length(), "=work.lua") || lua_pcall(lua, 0, 1, 0)) {
        printf("failed: %s\n", lua_tostring(lua, -1));
        return 1;
    }
    roi_end();
    const char *result = luaL_checkstring(lua, -1);

    printf("%s: checksum %08lx\n", LUA_RELEASE, (unsigned long)checksum((const unsigned char *)result, strlen(result)));
    lua_close(lua);
    return 0;
}
